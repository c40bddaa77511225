<#
.SYNOPSIS
    Clones machines from a template disk with differencing disks.
.PARAMETER TemplatePath
    The parent disk. It must not be changed afterwards, so it is made read-only.
.PARAMETER Count
    How many machines.
#>
#requires -Version 5.1
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [ValidateScript({
        if (-not (Test-Path $_)) { throw "There is no template '$_'." }
        if ([IO.Path]::GetExtension($_) -notin '.vhd', '.vhdx') { throw "'$_' is no virtual hard disk." }
        $true
    })]
    [string]$TemplatePath,

    [Parameter(Mandatory)]
    [string]$BaseName,

    [int]$Count = 1,
    [string]$Destination = (Get-Location).Path,
    [int64]$MemoryStartupBytes = 1GB
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$template = Get-VHD -Path $TemplatePath
Write-Verbose ("Template: {0}, {1:N0} GB, {2}" -f (Split-Path $template.Path -Leaf), ($template.Size / 1GB), $template.VhdType)
if ($template.VhdType -eq 'Differencing') {
    Write-Warning 'The template is a differencing disk itself; chains slow machines down.'
}

$results = 1..$Count | ForEach-Object {
    $name = "$BaseName$('{0:00}' -f $_)"
    $disk = Join-Path $Destination "$name.vhdx"
    $result = [pscustomobject]@{ Name = $name; Disk = Split-Path $disk -Leaf; Result = 'OK' }

    try {
        if (Test-Path $disk) { throw "The disk $name.vhdx exists already." }
        $null = New-VHD -Path $disk -ParentPath $TemplatePath -Differencing
        $null = New-VM -Name $name -VHDPath $disk -MemoryStartupBytes $MemoryStartupBytes -Generation 2
    }
    catch {
        $result.Result = "FAILED: $($_.Exception.Message)"
    }
    $result
}

$results | Format-Table -AutoSize -Wrap

$failures = @($results | Where-Object { $_.Result -ne 'OK' })
if ($failures.Count -gt 0) {
    Write-Host "$($failures.Count) of $Count failed."
    exit 1
}

foreach ($clone in $results) {
    $chain = Get-VHD -Path (Join-Path $Destination $clone.Disk)
    '{0} -> {1}' -f $clone.Disk, (Split-Path $chain.ParentPath -Leaf)
}
