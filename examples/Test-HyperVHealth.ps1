#!/usr/bin/env hvsh
<#
.SYNOPSIS
    Health check for cron: prints one line for each problem, and nothing when all is well.
.DESCRIPTION
    Exit code 0: all is well. 1: there are warnings. 2: there are errors. It needs no terminal and hardly any
    environment.
.EXAMPLE
    */10 * * * * root /usr/local/bin/Test-HyperVHealth.ps1 -MustRun web*,db* -Log /var/log/vmhealth.log
#>
param(
    [string[]]$MustRun = @(),
    [int]$MinimumFreePercent = 5,
    [string]$Log,
    [switch]$Summary
)

$script:problems = New-Object System.Collections.ArrayList

function Add-Problem {
    param(
        [ValidateSet('WARN', 'ERROR')][string]$Level,
        [string]$Message
    )
    [void]$script:problems.Add([pscustomobject]@{ Level = $Level; Message = $Message })
}

try {
    $machines = @(Get-VM -ErrorAction Stop)
}
catch {
    Write-Output "ERROR cannot ask the hypervisor: $($_.Exception.Message)"
    exit 2
}

foreach ($pattern in $MustRun) {
    $fitting = @($machines | Where-Object Name -Like $pattern)
    if (-not $fitting) { Add-Problem ERROR "no machine is called '$pattern'" }
    foreach ($vm in $fitting) {
        switch ($vm.State) {
            'Running' { break }
            'Paused'  { Add-Problem WARN "$($vm.Name) is paused" }
            'Saved'   { Add-Problem WARN "$($vm.Name) is saved" }
            default   { Add-Problem ERROR "$($vm.Name) is $_" }
        }
    }
}

foreach ($vm in $machines) {
    foreach ($drive in $vm.HardDrives) {
        if (-not (Test-Path -LiteralPath $drive.Path)) {
            Add-Problem ERROR "$($vm.Name): the disk $(Split-Path $drive.Path -Leaf) is missing"
            continue
        }
        $vhd = Get-VHD -Path $drive.Path -ErrorAction SilentlyContinue
        if ($vhd -and $vhd.VhdType -eq 'Dynamic') {
            $free = 100 - $vhd.FileSize / $vhd.Size * 100
            if ($free -lt $MinimumFreePercent) {
                Add-Problem WARN ('{0}: {1} has {2:N1} % left to grow' -f $vm.Name, (Split-Path $drive.Path -Leaf), $free)
            }
        }
    }
    if ($vm.Status -ne 'Operating normally') { Add-Problem WARN "$($vm.Name): $($vm.Status)" }
}

$lines = $problems | Sort-Object Level, Message | ForEach-Object { '{0,-5} {1}' -f $_.Level, $_.Message }
$lines
if ($Log -and $lines) {
    $lines | ForEach-Object { "$(Get-Date -Format 'yyyy-MM-dd HH:mm:ss') $_" } | Add-Content -Path $Log
}
if ($Summary) { "$($machines.Count) machines, $($problems.Count) problems" }

if ($problems | Where-Object { $_.Level -eq 'ERROR' }) { exit 2 }
if ($problems.Count) { exit 1 }
exit 0
