<#
.SYNOPSIS
    Starts machines in stages and waits for each stage before the next one begins.
.PARAMETER PlanPath
    A JSON file: [ { "stage": 1, "pattern": "*-DC*", "delaySeconds": 0 }, ... ]
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)][string]$PlanPath,
    [int]$TimeoutSeconds = 60,
    [switch]$Stop
)

$plan = Get-Content -Path $PlanPath -Raw | ConvertFrom-Json | Sort-Object -Property stage -Descending:$Stop
$stopwatch = Get-Date

function Wait-Until {
    param([scriptblock]$Condition, [int]$Seconds)
    $end = (Get-Date).AddSeconds($Seconds)
    do {
        if (& $Condition) { return $true }
        Start-Sleep -Milliseconds 100
    } until ((Get-Date) -gt $end)
    return $false
}

$wanted = if ($Stop) { 'Off' } else { 'Running' }
$number = 0
foreach ($stage in $plan) {
    $number++
    $machines = @(Get-VM | Where-Object { $_.Name -like $stage.pattern } | Sort-Object Name)
    if ($machines.Count -eq 0) {
        Write-Warning "Stage $($stage.stage): no machine is like '$($stage.pattern)'."
        continue
    }

    foreach ($vm in $machines) {
        if ($vm.State -eq $wanted) { continue }
        if ($Stop) { Stop-VM -VM $vm -Force } else { Start-VM -VM $vm }
    }

    $names = $machines.Name
    $reached = Wait-Until -Seconds $TimeoutSeconds -Condition {
        -not (Get-VM -Name $names | Where-Object { $_.State -ne $wanted })
    }
    if (-not $reached) {
        throw "Stage $($stage.stage) did not come to '$wanted' within $TimeoutSeconds seconds."
    }
    Write-Output ("[{0}/{1}] stage {2}: {3}" -f $number, @($plan).Count, $stage.stage, ($names -join ', '))
    if ($stage.delaySeconds) { Start-Sleep -Seconds $stage.delaySeconds }
}

$elapsed = New-TimeSpan -Start $stopwatch -End (Get-Date)
Write-Verbose "Took $($elapsed.TotalSeconds) seconds."
Get-VM | Group-Object State -NoElement | Sort-Object Name
