<#
.SYNOPSIS
    Brings all machines down for a power cut: shut down, then save, then switch off.
.DESCRIPTION
    The order is the other way round of their priority, which stands in the notes as "priority=N".
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    [ValidateSet('ShutDown', 'Save', 'TurnOff')][string]$Mode = 'ShutDown',
    [string[]]$Exclude = @(),
    [switch]$Force
)

if ($Force -and -not $PSBoundParameters.ContainsKey('Confirm')) { $ConfirmPreference = 'None' }

function Get-Priority($vm) {
    if ($vm.Notes -match 'priority=(?<n>\d+)') { return [int]$Matches.n }
    return 50
}

$todo = Get-VM |
    Where-Object { $_.State -in 'Running', 'Paused' } |
    Where-Object { $vm = $_; -not ($Exclude | Where-Object { $vm.Name -like $_ }) } |
    Sort-Object @{ Expression = { Get-Priority $_ }; Descending = $false }, Name

$report = foreach ($vm in $todo) {
    if (-not $PSCmdlet.ShouldProcess($vm.Name, $Mode)) { continue }
    $used = $null
    $tries = switch ($Mode) {
        'ShutDown' { 'ShutDown', 'Save', 'TurnOff' }
        'Save'     { 'Save', 'TurnOff' }
        'TurnOff'  { , 'TurnOff' }
    }
    foreach ($try in $tries) {
        try {
            switch ($try) {
                'ShutDown' { Stop-VM -VM $vm -Force -ErrorAction Stop }
                'Save'     { Save-VM -VM $vm -ErrorAction Stop }
                'TurnOff'  { Stop-VM -VM $vm -TurnOff -ErrorAction Stop }
            }
            $used = $try
            break
        }
        catch { Write-Warning "$($vm.Name): $try failed: $($_.Exception.Message)" }
    }
    [pscustomobject]@{
        Name     = $vm.Name
        Priority = Get-Priority $vm
        How      = if ($used) { $used } else { 'nothing worked' }
        State    = (Get-VM -Name $vm.Name).State
    }
}

$report | Format-Table -AutoSize
$left = @(Get-VM | Where-Object State -eq 'Running')
if ($left) { Write-Host "Still running: $($left.Name -join ', ')" } else { Write-Host 'Nothing is running.' }
