<#
.SYNOPSIS
    Shows how a script brings its own module along.
#>
param([Parameter(Mandatory)][string]$Like, [Parameter(Mandatory)][string[]]$Target)

Import-Module (Join-Path $PSScriptRoot 'VMTools') -Force

$module = Get-Module -Name VMTools
"Using $($module.Name) $($module.Version) with $($module.ExportedFunctions.Count) functions."

if ($Target | Where-Object { -not (Get-VM -Name $_ -ErrorAction SilentlyContinue) }) {
    Write-Error "Not all of $($Target -join ', ') are there."
    exit 1
}

Copy-VMSetting -From $Like -To $Target -Verbose:$false
Get-VM -Name $Target | Start-VM
foreach ($name in $Target) {
    if (Wait-VMState $name -State Running -TimeoutSeconds 10) { "$name is running." }
}

Get-VM | Sort-Object Name | Get-VMAge | Format-Table Name, Days, Memory
"All machines together: $((Get-VM | Measure-Object MemoryStartup -Sum).Sum | ConvertTo-SizeText)"

# What is private stays private.
if (-not $Units) { 'The module keeps its units to itself.' }
Remove-Module VMTools
try { ConvertTo-SizeText 5 } catch { 'The module is gone.' }
