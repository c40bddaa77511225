<#
.SYNOPSIS
    Notes the size of every machine's disks and warns of those that grow fast.
.DESCRIPTION
    Sizes are kept in a CSV file between runs.
#>
[CmdletBinding()]
param(
    [string]$StatePath = './disk-growth.csv',
    [ValidateRange(0, 100000)][int]$LimitMB = 100
)

$before = @{}
if (Test-Path $StatePath -PathType Leaf) {
    Import-Csv $StatePath | ForEach-Object { $before[$_.Path] = [long]$_.Bytes }
}
else {
    Write-Verbose 'First run: there is nothing to compare with.'
}

$now = Get-VM | Get-VMHardDiskDrive | Sort-Object VMName, Path | ForEach-Object {
    $drive = $_
    $file = Get-Item -LiteralPath $drive.Path -ErrorAction SilentlyContinue
    if (-not $file) {
        Write-Warning "$($drive.VMName): '$(Split-Path $drive.Path -Leaf)' is missing."
        return
    }
    [pscustomobject]@{ VMName = $drive.VMName; Path = $drive.Path; Bytes = $file.Length }
}

$alarms = 0
foreach ($disk in $now) {
    if (-not $before.ContainsKey($disk.Path)) {
        "new    {0,-8} {1}" -f $disk.VMName, (Split-Path $disk.Path -Leaf)
        continue
    }
    $growth = ($disk.Bytes - $before[$disk.Path]) / 1MB
    if ($growth -gt $LimitMB) {
        $alarms++
        "ALARM  {0,-8} {1} grew by {2:N1} MB" -f $disk.VMName, (Split-Path $disk.Path -Leaf), $growth
    }
    elseif ($growth -gt 0) { "grew   {0,-8} {1} by {2:N1} MB" -f $disk.VMName, (Split-Path $disk.Path -Leaf), $growth }
    else { "same   {0,-8} {1}" -f $disk.VMName, (Split-Path $disk.Path -Leaf) }
}

$now | Select-Object VMName, Path, Bytes | Export-Csv -Path $StatePath -NoTypeInformation -Encoding utf8
exit $alarms
