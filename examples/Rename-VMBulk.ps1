<#
.SYNOPSIS
    Renames machines by a regular expression, after it has shown the plan and checked it for clashes.
.EXAMPLE
    ./Rename-VMBulk.ps1 -Match '^old-(\w+)$' -Replace 'new-$1' -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)][string]$Match,
    [Parameter(Mandatory)][AllowEmptyString()][string]$Replace,
    [switch]$CaseSensitive,
    [switch]$Lower
)

$taken = @{}
Get-VM | ForEach-Object { $taken[$_.Name] = $true }

$plan = Get-VM | Sort-Object Name | ForEach-Object {
    $isMatch = if ($CaseSensitive) { $_.Name -cmatch $Match } else { $_.Name -match $Match }
    if (-not $isMatch) { return }
    $new = if ($CaseSensitive) { $_.Name -creplace $Match, $Replace } else { $_.Name -replace $Match, $Replace }
    if ($Lower) { $new = $new.ToLowerInvariant() }
    if ($new -ceq $_.Name) { return }
    [pscustomobject]@{ Old = $_.Name; New = $new; Problem = '' }
}

if (-not $plan) {
    Write-Warning "No machine matches '$Match'."
    return
}

$plan | Group-Object New | Where-Object Count -gt 1 | ForEach-Object { $_.Group | ForEach-Object { $_.Problem = 'twice' } }
foreach ($step in $plan) {
    if ($step.New.Trim() -eq '') { $step.Problem = 'empty' }
    elseif ($taken.ContainsKey($step.New) -and $step.New -ne $step.Old) { $step.Problem = 'taken' }
}

$plan | Format-Table -AutoSize
if ($plan.Problem -ne '') {
    throw "$(@($plan | Where-Object Problem).Count) of $(@($plan).Count) names cannot be given; nothing was renamed."
}

foreach ($step in $plan) {
    if ($PSCmdlet.ShouldProcess($step.Old, "Rename to $($step.New)")) {
        Rename-VM -Name $step.Old -NewName $step.New
    }
}
(Get-VM | Sort-Object Name).Name -join ' '
