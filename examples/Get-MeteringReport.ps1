<#
.SYNOPSIS
    What machines used, with a price, as a table, CSV or JSON. Metering is switched on where it was off.
#>
[CmdletBinding(DefaultParameterSetName = 'Table')]
param(
    [SupportsWildcards()][string[]]$Name = '*',
    [decimal]$PricePerGB = 0.05,
    [Parameter(ParameterSetName = 'Csv')][string]$CsvPath,
    [Parameter(ParameterSetName = 'Json')][switch]$AsJson,
    [switch]$Reset
)

$machines = Get-VM -Name $Name
$off = $machines | Where-Object { -not $_.ResourceMeteringEnabled }
if ($off) {
    $off | Enable-VMResourceMetering
    Write-Warning "Metering was off for $(($off | Sort-Object Name).Name -join ', '); it counts from now on."
}

$report = foreach ($vm in $machines | Sort-Object Name) {
    $usage = Measure-VM -VM $vm
    [pscustomobject][ordered]@{
        Name    = $usage.VMName
        State   = $vm.State.ToString()
        RamMB   = [int]$usage.AvgRAM
        DiskGB  = [math]::Round($usage.TotalDisk / 1KB, 1)
        Price   = [math]::Round(($usage.AvgRAM / 1KB + $usage.TotalDisk / 1KB) * $PricePerGB, 2)
    }
}

switch ($PSCmdlet.ParameterSetName) {
    'Csv' {
        $report | Export-Csv -Path $CsvPath -NoTypeInformation
        Write-Host "Wrote $(@($report).Count) lines to $(Split-Path $CsvPath -Leaf)."
    }
    'Json' { ConvertTo-Json -InputObject @($report) }
    default {
        $report | Format-Table Name, State, RamMB, DiskGB, @{ Label = 'Price'; Expression = { '{0:N2}' -f $_.Price }; Alignment = 'Right' }
        $sum = ($report | Measure-Object -Property Price -Sum).Sum
        "Total: $('{0:N2}' -f $sum)"
    }
}

if ($Reset) {
    $machines | Reset-VMResourceMetering
    Write-Verbose 'The counters begin anew.'
}
