<#
.SYNOPSIS
    Writes all machines with their disks and checkpoints as JSON, or reads such a file and shows what changed since.
#>
[CmdletBinding(DefaultParameterSetName = 'Export')]
param(
    [Parameter(Mandatory, ParameterSetName = 'Export')][string]$Path,
    [Parameter(Mandatory, ParameterSetName = 'Since')][string]$Since
)

function Get-Inventory {
    Get-VM | Sort-Object Name | ForEach-Object {
        [ordered]@{
            name        = $_.Name
            state       = "$($_.State)"
            generation  = $_.Generation
            processors  = $_.ProcessorCount
            memory      = $_.MemoryStartup
            notes       = $_.Notes
            disks       = @(Get-VMHardDiskDrive -VM $_ | ForEach-Object {
                $vhd = Get-VHD -Path $_.Path
                [ordered]@{
                    path = Split-Path -Path $_.Path -Leaf
                    type = $vhd.VhdType.ToString()
                    size = $vhd.Size
                }
            })
            checkpoints = @(Get-VMSnapshot -VM $_ | Select-Object -ExpandProperty Name)
        }
    }
}

if ($PSCmdlet.ParameterSetName -eq 'Export') {
    $inventory = @(Get-Inventory)
    ConvertTo-Json -InputObject $inventory -Depth 5 | Set-Content -Path $Path
    Write-Host "Wrote $($inventory.Count) machines to $(Split-Path $Path -Leaf)."
    return
}

$old = @(Get-Content $Since -Raw | ConvertFrom-Json)
$new = @(Get-Inventory | ForEach-Object { [pscustomobject]$_ })

$oldByName = @{}
$old | ForEach-Object { $oldByName[$_.name] = $_ }
$newByName = @{}
$new | ForEach-Object { $newByName[$_.name] = $_ }

foreach ($name in ($oldByName.Keys + $newByName.Keys | Select-Object -Unique | Sort-Object)) {
    $before = $oldByName[$name]
    $after  = $newByName[$name]
    if ($null -eq $before) { [pscustomobject]@{ Name = $name; Change = 'added'; Was = $null; Is = $null }; continue }
    if ($null -eq $after)  { [pscustomobject]@{ Name = $name; Change = 'removed'; Was = $null; Is = $null }; continue }
    foreach ($property in 'state', 'processors', 'memory', 'notes') {
        if ("$($before.$property)" -ne "$($after.$property)") {
            [pscustomobject]@{ Name = $name; Change = $property; Was = $before.$property; Is = $after.$property }
        }
    }
    $added = $after.checkpoints | Where-Object { $_ -notin $before.checkpoints }
    foreach ($checkpoint in $added) {
        [pscustomobject]@{ Name = $name; Change = 'checkpoint'; Was = $null; Is = $checkpoint }
    }
}
