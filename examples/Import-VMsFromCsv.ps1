<#
.SYNOPSIS
    Creates machines from a CSV file with the columns Name, MemoryMB, CPU, DiskGB and Notes.
.DESCRIPTION
    The whole file is checked before the first machine is created. Rows that are wrong are reported with their
    line, and nothing is created then.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)][string]$Path,
    [string]$Delimiter = ',',
    [string]$DiskFolder = '.'
)

$rows = Import-Csv -Path $Path -Delimiter $Delimiter
$line = 1
$problems = foreach ($row in $rows) {
    $line++
    if ([string]::IsNullOrWhiteSpace($row.Name)) { "line ${line}: the name is missing" ; continue }
    if ($row.MemoryMB -notmatch '^\d+$' -or [int]$row.MemoryMB -lt 32) {
        "line ${line}: '$($row.MemoryMB)' is no memory size for $($row.Name)"
    }
    if (($row.CPU -as [int]) -lt 1) { "line ${line}: '$($row.CPU)' is no number of processors for $($row.Name)" }
    if (Get-VM $row.Name -ErrorAction Ignore) { "line ${line}: $($row.Name) exists already" }
}
$twice = $rows | Group-Object -Property Name | Where-Object { $_.Count -gt 1 }
if ($twice) { $problems = @($problems) + ($twice | ForEach-Object { "$($_.Name) stands there $($_.Count) times" }) }

if ($problems) {
    $problems | ForEach-Object { Write-Host "  $_" -ForegroundColor Yellow }
    throw "$(@($problems).Count) problems in '$Path'; nothing was created."
}

$done = 0
foreach ($row in $rows) {
    Write-Progress -Activity 'Creating machines' -Status $row.Name -PercentComplete ($done / @($rows).Count * 100)
    $parameters = @{
        Name               = $row.Name.Trim()
        MemoryStartupBytes = [int64]$row.MemoryMB * 1MB
        Generation         = 2
    }
    if ($row.DiskGB -and [int]$row.DiskGB -gt 0) {
        $parameters.NewVHDPath      = Join-Path $DiskFolder "$($row.Name.Trim()).vhdx"
        $parameters.NewVHDSizeBytes = [int64]$row.DiskGB * 1GB
    }
    else { $parameters.NoVHD = $true }

    if ($PSCmdlet.ShouldProcess($row.Name, 'New-VM')) {
        New-VM @parameters | Out-Null
        Set-VM -Name $parameters.Name -ProcessorCount $row.CPU -Notes $row.Notes
        $done++
    }
}
Write-Progress -Activity 'Creating machines' -Completed

"Created $done of $(@($rows).Count) machines."
Get-VM | Sort-Object Name | Select-Object Name, ProcessorCount, @{l='MemoryMB';e={$_.MemoryStartup/1MB}}, @{l='Disks';e={@($_.HardDrives).Count}}, Notes
