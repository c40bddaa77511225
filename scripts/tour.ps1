#!/usr/bin/env hvsh
# A tour of hvsh: two virtual machines from their first disk to their removal, with the cmdlets, and the output, of
# Windows' Hyper-V module. It leaves nothing behind.
#
#     hvsh scripts/tour.ps1 -Folder DIR
#
# DIR must be a folder that QEMU's user may enter; the disks and the machines' own files go there.
param(
    [Parameter(Mandatory)]
    [string] $Folder
)

$ErrorActionPreference = 'Stop'

function Step([string] $Title) {
    Write-Host ''
    Write-Host "== $Title"
}

Step 'A disk, and two machines'
New-VHD -Path $Folder/web01.vhdx -SizeBytes 4GB -Dynamic
New-VM -Name web01 -MemoryStartupBytes 64MB -VHDPath $Folder/web01.vhdx -Path $Folder
New-VM -Name web02 -MemoryStartupBytes 64MB -NewVHDPath $Folder/web02.vhdx -NewVHDSizeBytes 4GB -Path $Folder

Step 'Start them by a wildcard, and look'
Start-VM -Name web*
Get-VM
Get-VM | Where-Object State -eq Running | Sort-Object MemoryAssigned -Descending |
    Select-Object Name, State, MemoryAssigned

Step 'The disk behind a machine'
Get-VM web01 | Get-VMHardDiskDrive | Get-VHD

Step 'A checkpoint'
Checkpoint-VM -Name web01 -SnapshotName clean
Get-VMSnapshot web01

Step 'Metering'
Enable-VMResourceMetering web01
Start-Sleep 1
Measure-VM web01

Step 'Pause, go on, save, go on, restart'
Suspend-VM web01
(Get-VM web01).State
Resume-VM web01
(Get-VM web01).State
Save-VM web01
(Get-VM web01).State
Start-VM web01
(Get-VM web01).State
Restart-VM web01 -Force
(Get-VM web01).State

Step 'Turn one off, and wait for it in the two usual ways'
$vm = Get-VM web02
Stop-VM web02 -TurnOff
while ((Get-VM web02).State -ne 'Off') { Start-Sleep 1 }
while ($vm.State -ne 'Off') { Start-Sleep 1 }
"$($vm.Name) is $($vm.State)"

Step 'Back to the checkpoint; then forget it, and its disks are merged'
Restore-VMSnapshot -Name clean -VMName web01 -Confirm:$false
(Get-VM web01).State
Start-VM web01
Remove-VMSnapshot -VMName web01 -Name clean
@(Get-VMSnapshot web01).Count
Get-VM web01 | Get-VMHardDiskDrive

Step 'Another name, other settings'
Rename-VM web02 -NewName web03
Set-VM -Name web03 -ProcessorCount 2 -MemoryStartupBytes 96MB -Notes 'Made by the tour'
Get-VM web03 | Select-Object Name, ProcessorCount, MemoryStartup, Notes

Step 'The same objects as JSON, as a list, as CSV'
Get-VM | ConvertTo-Json -Depth 2
Get-VM | Format-List *
Get-VM | Export-Csv -Path $Folder/machines.csv -NoTypeInformation
Import-Csv $Folder/machines.csv | Select-Object Name, State, Status

Step 'Clean up: the disks stay until they are removed, as on Windows'
Get-VM web* | Stop-VM -TurnOff -Passthru | Remove-VM -Force
Get-ChildItem $Folder -Filter *.vhdx | Select-Object -ExpandProperty Name
Remove-Item $Folder/web01.vhdx, $Folder/web02.vhdx, $Folder/machines.csv
@(Get-VM).Count
