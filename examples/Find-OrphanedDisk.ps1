<#
.SYNOPSIS
    Finds virtual hard disks that no machine and no other disk uses, and removes them with -Remove.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)][ValidateNotNullOrEmpty()][string[]]$Path,
    [switch]$Remove
)

# Every disk of every machine, and the parents that it stands on.
$inUse = @{}
function Add-Chain([string]$Disk) {
    while ($Disk) {
        if ($inUse.ContainsKey($Disk)) { return }
        $inUse[$Disk] = $true
        try { $Disk = (Get-VHD -Path $Disk -ErrorAction Stop).ParentPath } catch { return }
    }
}

Get-VM | ForEach-Object {
    Get-VMHardDiskDrive -VMName $_.Name | Where-Object { $_.Path } | ForEach-Object { Add-Chain $_.Path }
}
Write-Verbose "$($inUse.Count) disks are in use."

$found = Get-ChildItem -Path $Path -Recurse -File |
    Where-Object { $_.Extension -match '^\.(a?vhdx?|vhds)$' } |
    Sort-Object -Property FullName

# A disk that another one stands on is no orphan, even when no machine uses that one either.
foreach ($file in $found) {
    if ($inUse.ContainsKey($file.FullName)) { continue }
    $parent = (Get-VHD -Path $file.FullName -ErrorAction SilentlyContinue).ParentPath
    if ($parent) { $inUse[$parent] = $true }
}

$orphans = @($found | Where-Object { -not $inUse.ContainsKey($_.FullName) })
if ($orphans.Count -eq 0) {
    'No orphaned disks.'
    return
}

$freed = 0
foreach ($file in $orphans) {
    $status = 'found'
    if ($Remove -and $PSCmdlet.ShouldProcess($file.FullName, 'Remove-Item')) {
        Remove-Item -LiteralPath $file.FullName
        $status = 'removed'
        $freed += $file.Length
    }
    [pscustomobject]@{ Disk = $file.Name; 'Size(MB)' = $file.Length / 1MB; Status = $status }
}
if ($freed) { '{0:N1} MB freed.' -f ($freed / 1MB) }
