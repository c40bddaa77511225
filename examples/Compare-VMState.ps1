<#
.SYNOPSIS
    Compares machines with a description of how they should be, and makes them so with -Apply.
.DESCRIPTION
    The description is a .psd1-like file: a table of machines, each with some of State, ProcessorCount, MemoryStartup
    and Notes.
.OUTPUTS
    One object for each difference.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)][Alias('FullName')][string]$DesiredPath,
    [switch]$Apply
)

$desired = Invoke-Expression (Get-Content -Path $DesiredPath -Raw)
if ($desired -isnot [hashtable]) { throw "'$DesiredPath' holds no table." }

$actions = @{
    ProcessorCount = { param($vm, $value) Set-VM -VM $vm -ProcessorCount $value }
    MemoryStartup  = { param($vm, $value) Set-VM -VM $vm -MemoryStartupBytes $value }
    Notes          = { param($vm, $value) Set-VM -VM $vm -Notes $value }
    State          = {
        param($vm, $value)
        switch ($value) {
            'Running' { Start-VM -VM $vm }
            'Off'     { Stop-VM -VM $vm -Force }
            'Saved'   { Save-VM -VM $vm }
        }
    }
}

$differences = foreach ($name in $desired.Keys | Sort-Object) {
    $vm = Get-VM -Name $name -ErrorAction SilentlyContinue
    if ($null -eq $vm) {
        [pscustomobject]@{ Name = $name; Property = 'Exists'; Desired = $true; Actual = $false; Fixed = $false }
        continue
    }
    # The state comes last: other settings may need the machine to be off.
    foreach ($property in 'ProcessorCount', 'MemoryStartup', 'Notes', 'State') {
        if (-not $desired[$name].ContainsKey($property)) { continue }
        $wanted = $desired[$name][$property]
        $actual = $vm.$property
        if ("$wanted" -eq "$actual") { continue }

        $difference = [pscustomobject]@{ Name = $name; Property = $property; Desired = $wanted; Actual = "$actual"; Fixed = $false }
        if ($Apply -and $PSCmdlet.ShouldProcess($name, "Set $property to $wanted")) {
            try {
                & $actions[$property] $vm $wanted
                $difference.Fixed = $true
            }
            catch { Write-Warning "$name, ${property}: $($_.Exception.Message)" }
        }
        $difference
    }
}

$differences
$open = @($differences | Where-Object { -not $_.Fixed }).Count
Write-Verbose "$(@($differences).Count) differences, $open of them open."
$extra = Get-VM | Where-Object { -not $desired.ContainsKey($_.Name) }
if ($extra) { Write-Warning "Not described: $(($extra.Name | Sort-Object) -join ', ')" }
if ($open) { exit 3 }
