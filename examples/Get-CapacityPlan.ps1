<#
.SYNOPSIS
    Sums up machines by a part of their name and says how many more of each kind fit a host.
#>
[CmdletBinding()]
param(
    [long]$HostMemory = 64GB,
    [int]$HostThreads = 16,
    [double]$Overcommit = 4,
    [string]$Separator = '-'
)

$groups = Get-VM | Group-Object -Property { ($_.Name -split [regex]::Escape($Separator))[0] } | Sort-Object Name

$usedMemory = 0L
$usedThreads = 0
$table = foreach ($group in $groups) {
    $memory = ($group.Group | Measure-Object MemoryStartup -Sum -Average)
    $cpu = ($group.Group | Measure-Object ProcessorCount -Sum -Maximum)
    $usedMemory += $memory.Sum
    $usedThreads += $cpu.Sum
    [pscustomobject]@{
        Kind       = $group.Name
        Machines   = $group.Count
        MemoryGB   = $memory.Sum / 1GB
        AverageGB  = $memory.Average / 1GB
        Processors = $cpu.Sum
    }
}

$freeMemory = $HostMemory - $usedMemory
$freeThreads = $HostThreads * $Overcommit - $usedThreads

$table | Select-Object *, @{
    Name       = 'MoreFit'
    Expression = {
        $byMemory = [Math]::Floor($freeMemory / 1GB / $_.AverageGB)
        $byCpu = [Math]::Floor($freeThreads / ($_.Processors / $_.Machines))
        [int][Math]::Max(0, [Math]::Min($byMemory, $byCpu))
    }
} | Format-Table Kind, Machines, @{ n = 'Memory'; e = { '{0:N1} GB' -f $_.MemoryGB }; a = 'right' }, Processors, MoreFit

$percent = $usedMemory / $HostMemory
"Memory:  {0:P0} of {1:N0} GB used" -f $percent, ($HostMemory / 1GB)
"Threads: $usedThreads of $($HostThreads * $Overcommit) given away"

$verdict = if ($percent -gt 0.9) { 'full' } elseif ($percent -gt 0.7) { 'filling up' } else { 'fine' }
"The host is $verdict."
