<#
.SYNOPSIS
    A maintenance window for one machine: checkpoint, shut down, change, start, check; back to the checkpoint if it fails.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)][string]$Name,
    [Parameter(Mandatory)][scriptblock]$Change,
    [string]$LogPath = './maintenance.log'
)

. "$PSScriptRoot/lib/Logging.ps1"

Start-Log -Path $LogPath
$checkpoint = "before maintenance"
$failed = $false
$wasRunning = (Get-VM -Name $Name -ErrorAction Stop).State -eq 'Running'

try {
    Invoke-Step 'checkpoint' { Checkpoint-VM -Name $Name -SnapshotName $checkpoint -ErrorAction Stop }
    Invoke-Step 'shut down' { if ($wasRunning) { Stop-VM -Name $Name -Force -ErrorAction Stop } }
    Invoke-Step 'change' { & $Change $Name }
    Invoke-Step 'start' { if ($wasRunning) { Start-VM -Name $Name -ErrorAction Stop } }
    Invoke-Step 'notes' -Optional { Set-VM -Name $Name -Notes 'Maintained' -ErrorAction Stop }
}
catch {
    $failed = $true
    Write-Log 'going back to the checkpoint' -Level WARN
    Restore-VMSnapshot -VMName $Name -Name $checkpoint -Confirm:$false
    if ($wasRunning -and (Get-VM -Name $Name).State -ne 'Running') { Start-VM -Name $Name }
}
finally {
    Get-VMSnapshot -VMName $Name -Name $checkpoint -ErrorAction SilentlyContinue | Remove-VMSnapshot
    Stop-Log
}

Get-VM -Name $Name | Select-Object Name, State, ProcessorCount, Notes
if ($failed) { exit 1 }
