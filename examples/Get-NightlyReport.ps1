<#
.SYNOPSIS
    Writes a report of all machines as an HTML page and a CSV file.
.DESCRIPTION
    Meant for a nightly job. Machines that are not running, or have checkpoints older than -CheckpointDays, are
    marked in the page.
#>
param(
    [string]$OutputFolder = '.',
    [int]$CheckpointDays = 7,
    [switch]$Quiet
)

function ConvertTo-HtmlRow {
    param($Row)
    $class = if ($Row.Warnings) { ' class="warn"' } else { '' }
    $cells = foreach ($value in $Row.Name, $Row.State, $Row.Cpu, $Row.MemoryMB, $Row.DiskGB, $Row.Checkpoints, $Row.Warnings) {
        "<td>$("$value".Replace('&', '&amp;').Replace('<', '&lt;'))</td>"
    }
    "<tr$class>$($cells -join '')</tr>"
}

$limit = (Get-Date).AddDays(-$CheckpointDays)

$rows = Get-VM | Sort-Object -Property Name | ForEach-Object {
    $vm = $_
    $warnings = @()
    if ($vm.State -ne 'Running') { $warnings += "is $($vm.State)" }

    $checkpoints = @(Get-VMSnapshot -VMName $vm.Name)
    $old = $checkpoints | Where-Object { $_.CreationTime -lt $limit }
    if ($old) { $warnings += "$(@($old).Count) old checkpoints" }

    $disk = 0
    foreach ($drive in Get-VMHardDiskDrive -VMName $vm.Name) {
        try { $disk += (Get-VHD -Path $drive.Path -ErrorAction Stop).Size }
        catch { $warnings += "disk $(Split-Path $drive.Path -Leaf) cannot be read" }
    }

    New-Object -TypeName PSObject -Property ([ordered]@{
        Name        = $vm.Name
        State       = [string]$vm.State
        Cpu         = $vm.ProcessorCount
        MemoryMB    = [math]::Round($vm.MemoryStartup / 1MB)
        DiskGB      = [math]::Round($disk / 1GB, 1)
        Checkpoints = $checkpoints.Count
        Warnings    = $warnings -join '; '
    })
}

$csv  = Join-Path $OutputFolder 'machines.csv'
$html = Join-Path $OutputFolder 'machines.html'
$rows | Export-Csv -Path $csv -NoTypeInformation

$total = $rows | Measure-Object -Property MemoryMB -Sum
$page = @"
<!DOCTYPE html>
<html><head><title>Virtual machines</title>
<style>.warn { background: #fdd }</style></head>
<body>
<h1>$(@($rows).Count) virtual machines, $($total.Sum) MB of memory</h1>
<table>
<tr><th>Name</th><th>State</th><th>CPU</th><th>Memory (MB)</th><th>Disk (GB)</th><th>Checkpoints</th><th>Warnings</th></tr>
$(($rows | ForEach-Object { ConvertTo-HtmlRow $_ }) -join "`n")
</table>
</body></html>
"@
$page | Out-File -FilePath $html -Encoding utf8

if (-not $Quiet) {
    Write-Output "Report of $(@($rows).Count) machines written to $html"
    $rows | Where-Object Warnings | Format-Table Name, Warnings -HideTableHeaders
}
