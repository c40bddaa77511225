<#
.SYNOPSIS
    A menu for people who do not want to type cmdlets.
#>
param([string]$Title = 'Virtual machines')

# Without somebody to answer, the first question ends the script.
$ErrorActionPreference = 'Stop'

function Show-Menu {
    Write-Host ''
    Write-Host "=== $Title ==="
    $i = 0
    foreach ($vm in $script:machines) {
        $i++
        Write-Host ("{0,3}) {1,-12} {2}" -f $i, $vm.Name, $vm.State)
    }
    Write-Host '  s) start all   q) quit'
}

function Get-Choice {
    param([int]$Most)
    while ($true) {
        $answer = Read-Host -Prompt 'Your choice'
        if ($answer -match '^[sq]$') { return $answer.ToLower() }
        $number = $answer -as [int]
        if ($number -ge 1 -and $number -le $Most) { return $number }
        Write-Host "'$answer' is not in the list." -ForegroundColor Red
    }
}

:menu while ($true) {
    $script:machines = @(Get-VM | Sort-Object Name)
    Show-Menu
    $choice = Get-Choice -Most $machines.Count
    switch ($choice) {
        'q' { Write-Host 'Bye.'; break menu }
        's' {
            $machines | Where-Object State -ne Running | Start-VM
            Write-Host 'All are running.'
        }
        default {
            $vm = $machines[$choice - 1]
            if ($vm.State -eq 'Running') {
                $sure = Read-Host "Shut $($vm.Name) down? (y/n)"
                if ($sure -eq 'y') { Stop-VM -VM $vm -Force; Write-Host "$($vm.Name) is off." }
            }
            else {
                Start-VM -VM $vm
                Write-Host "$($vm.Name) is running."
            }
        }
    }
}
