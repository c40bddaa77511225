# Invoke-Pester: finds test files, runs them, shows and gives the results.

function New-Run {
    [pscustomobject]@{
        Groups = [System.Collections.ArrayList]@(); Results = [System.Collections.ArrayList]@()
        Mocks = @{}; AfterFile = [System.Collections.ArrayList]@(); DrivePath = $null; OuterDrive = $null
        Tag = @(); ExcludeTag = @(); TestName = @(); Show = 'All'; File = ''; FileError = $false
    }
}

function Write-Screen {
    param([string]$Text, [string]$Colour = 'Gray')
    Write-Host -Object $Text -ForegroundColor $Colour
}

function Test-Shown {
    param([string]$What)
    $show = $script:Run.Show
    if ($show -contains 'None') { return $false }
    $show -contains 'All' -or $show -contains $What -or ($What -eq 'Failed' -and $show -contains 'Fails')
}

function Write-GroupHeader {
    param($Group)
    $depth = $script:Run.Groups.Count
    $what = $Group.Kind
    if (-not (Test-Shown $what)) { return }
    $words = if ($what -eq 'Describe') { 'Describing' } else { 'Context' }
    Write-Screen "`n$('  ' * $depth)$words $($Group.Name)" Green
}

function Add-Result {
    param([string]$Name, [string]$Result, $ErrorRecord, [int]$Milliseconds = 0, [string]$Suite, $Case)
    $message = ''; $trace = ''
    $lines = @()
    if ($ErrorRecord) {
        $message = "$($ErrorRecord.Exception.Message)"
        if ($ErrorRecord.FullyQualifiedErrorId -notlike 'PesterAssertionFailed*' -and $Result -eq 'Failed') {
            $message = "$($ErrorRecord.Exception.GetType().Name): $message"
        }
        $lines = @($message -split "`r?`n")
        $place = $ErrorRecord.TargetObject
        if ($place -is [System.Collections.IDictionary] -and $place.Contains('LineText')) { $line = $place.Line; $text = $place.LineText; $file = $place.File }
        else { $line = $ErrorRecord.InvocationInfo.ScriptLineNumber; $text = "$($ErrorRecord.InvocationInfo.Line)".TrimEnd(); $file = $ErrorRecord.InvocationInfo.ScriptName }
        if ($Result -eq 'Failed' -and $line) {
            $file = if ($file) { $file } else { '<No file>' }
            $trace = "at <ScriptBlock>, ${file}: line $line`n${line}: $text"
        }
    }
    $groups = @($script:Run.Groups | Where-Object Kind -ne It)
    $contexts = @($groups | Select-Object -Skip 1 | ForEach-Object Name)
    [void]$script:Run.Results.Add([pscustomobject]@{
        Describe = if ($groups.Count) { $groups[0].Name } else { '' }; Context = $contexts -join '\'; Name = $Name; Result = $Result
        Passed = $Result -eq 'Passed'; Show = $Result; Time = [timespan]::FromMilliseconds($Milliseconds)
        FailureMessage = $message; StackTrace = $trace; ErrorRecord = $ErrorRecord
        ParameterizedSuiteName = $Suite; Parameters = $Case; File = $script:Run.File
    })
    if (-not (Test-Shown $Result)) { return }
    $margin = '  ' * ($script:Run.Groups.Count + 1)
    $sign, $colour = switch ($Result) {
        'Passed' { '[+]', 'DarkGreen' }
        'Failed' { '[-]', 'Red' }
        'Skipped' { '[!]', 'Yellow' }
        'Pending' { '[?]', 'Gray' }
        default { '[?]', 'Gray' }
    }
    $because = if ($Result -ne 'Failed' -and $message) { ", $message" } else { '' }
    Write-Screen "$margin$sign $Name$because $(Format-Time $Milliseconds)" $colour
    if ($Result -ne 'Failed') { return }
    foreach ($one in $lines) { Write-Screen "$margin  $one" Red }
    foreach ($one in @($trace -split "`n")) { if ($one) { Write-Screen "$margin  $one" Red } }
}

function Format-Time {
    param([double]$Milliseconds)
    if ($Milliseconds -ge 1000) { return "$(($Milliseconds / 1000).ToString('0.##'))s" }
    "$([int]$Milliseconds)ms"
}

function Find-TestFile {
    param([object[]]$Path)
    foreach ($one in $Path) {
        $parameters = @{}
        if ($one -is [System.Collections.IDictionary]) {
            if ($one.Contains('Parameters')) { $parameters = $one.Parameters }
            $one = $one.Path
        }
        if (-not (Test-Path -Path $one)) { throw "The path '$one' does not exist." }
        foreach ($item in @(Get-Item -Path $one)) {
            $files = if ($item.PSIsContainer) { Get-ChildItem -LiteralPath $item.FullName -Filter '*.Tests.ps1' -Recurse | Sort-Object FullName }
            else { $item }
            foreach ($file in $files) { [pscustomobject]@{ Path = $file.FullName; Parameters = $parameters } }
        }
    }
}

function Invoke-TestFile {
    param($File)
    $script:Run.File = $File.Path
    $script:Run.AfterFile.Clear()
    if (Test-Shown 'Header') { Write-Screen "`nExecuting script $($File.Path)" White }
    try { $null = & $script:Session.RunFile $File.Path $File.Parameters }
    catch {
        Add-Result -Name "Error occurred in test script '$($File.Path)'" -Result Failed -ErrorRecord $_
    }
    foreach ($block in $script:Run.AfterFile) { try { $null = . $block } catch { Add-Result -Name 'AfterAll' -Result Failed -ErrorRecord $_ } }
    # A file that broke off may have left groups open.
    if ($script:Run.Groups.Count -gt 0) { $script:Run.Groups.Clear(); Remove-TestDrive }
}

function Get-Summary {
    param($Milliseconds)
    $results = $script:Run.Results
    $summary = [ordered]@{
        TagFilter = $script:Run.Tag; ExcludeTagFilter = $script:Run.ExcludeTag; TestNameFilter = $script:Run.TestName
        TotalCount = $results.Count
    }
    foreach ($kind in 'Passed', 'Failed', 'Skipped', 'Pending', 'Inconclusive') {
        $summary["${kind}Count"] = @($results | Where-Object Result -eq $kind).Count
    }
    $summary['Time'] = [timespan]::FromMilliseconds($Milliseconds)
    $summary['TestResult'] = $results.ToArray()
    [pscustomobject]$summary
}

function Export-NUnit {
    param($Summary, [string]$Path)
    $escape = { param($text) "$text".Replace('&', '&amp;').Replace('<', '&lt;').Replace('>', '&gt;').Replace('"', '&quot;') }
    $now = Get-Date
    $lines = @(
        '<?xml version="1.0" encoding="utf-8" standalone="no"?>'
        ('<test-results xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="nunit_schema_2.5.xsd" ' +
        "name=`"Pester`" total=`"$($Summary.TotalCount - $Summary.SkippedCount)`" errors=`"0`" failures=`"$($Summary.FailedCount)`" not-run=`"0`" " +
        "inconclusive=`"$($Summary.PendingCount + $Summary.InconclusiveCount)`" ignored=`"$($Summary.SkippedCount)`" skipped=`"0`" invalid=`"0`" " +
        "date=`"$($now.ToString('yyyy-MM-dd'))`" time=`"$($now.ToString('HH:mm:ss'))`">")
        "  <test-suite type=`"TestFixture`" name=`"Pester`" executed=`"True`" result=`"$(if ($Summary.FailedCount) { 'Failure' } else { 'Success' })`" success=`"$($Summary.FailedCount -eq 0)`" time=`"$($Summary.Time.TotalSeconds)`" asserts=`"0`">"
        '    <results>'
    )
    foreach ($test in $Summary.TestResult) {
        $title = (@($test.Describe, $test.Context, $test.Name) | Where-Object { $_ }) -join '.'
        $result = switch ($test.Result) { 'Passed' { 'Success' } 'Failed' { 'Failure' } 'Skipped' { 'Ignored' } default { 'Inconclusive' } }
        $head = "      <test-case description=`"$(& $escape $test.Name)`" name=`"$(& $escape $title)`" time=`"$($test.Time.TotalSeconds)`" asserts=`"0`" success=`"$($test.Passed)`" result=`"$result`" executed=`"$($test.Result -ne 'Skipped')`""
        if ($test.Result -ne 'Failed') { $lines += "$head />"; continue }
        $lines += "$head>", '        <failure>', "          <message>$(& $escape $test.FailureMessage)</message>",
            "          <stack-trace>$(& $escape $test.StackTrace)</stack-trace>", '        </failure>', '      </test-case>'
    }
    $lines += '    </results>', '  </test-suite>', '</test-results>'
    Set-Content -LiteralPath $Path -Value $lines
}

function Invoke-Pester {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)][Alias('Path', 'relative_path')][object[]]$Script = '.',
        [Parameter(Position = 1)][Alias('Name')][string[]]$TestName,
        [Parameter(Position = 2)][switch]$EnableExit,
        [Alias('Tags')][string[]]$Tag,
        [Alias('ExcludeTags')][string[]]$ExcludeTag,
        [switch]$PassThru, [switch]$Strict, [switch]$Quiet,
        [string]$OutputFile, [ValidateSet('NUnitXml')][string]$OutputFormat = 'NUnitXml',
        [Alias('Output')][string[]]$Show = 'All',
        [object[]]$CodeCoverage, [hashtable]$PesterOption
    )
    if ($CodeCoverage) { throw 'Invoke-Pester cannot take -CodeCoverage: coverage is not measured here. Leave it out.' }
    $outer = $script:Run
    $script:Run = New-Run
    try {
        $script:Run.Tag = @($Tag) -ne $null
        $script:Run.ExcludeTag = @($ExcludeTag) -ne $null
        $script:Run.TestName = @($TestName) -ne $null
        $script:Run.Show = if ($Quiet) { 'None' } else {
            # The words of Pester 5 as well.
            switch ($Show) { 'Detailed' { 'All' } 'Diagnostic' { 'All' } 'Normal' { 'Header', 'Failed', 'Summary' } 'Minimal' { 'Failed', 'Summary' } default { $_ } }
        }
        $begin = Get-Date
        $files = @(Find-TestFile $Script)
        if (Test-Shown 'Header') { Write-Screen "Executing all tests in '$(($Script | ForEach-Object { if ($_ -is [System.Collections.IDictionary]) { $_.Path } else { $_ } }) -join ', ')'" White }
        foreach ($file in $files) { Invoke-TestFile $file }
        $milliseconds = ((Get-Date) - $begin).TotalMilliseconds
        $summary = Get-Summary $milliseconds
        if (Test-Shown 'Summary') {
            Write-Screen "Tests completed in $(Format-Time $milliseconds)" White
            Write-Screen "Tests Passed: $($summary.PassedCount), Failed: $($summary.FailedCount), Skipped: $($summary.SkippedCount), Pending: $($summary.PendingCount), Inconclusive: $($summary.InconclusiveCount) " White
        }
        if ($OutputFile) { Export-NUnit $summary $OutputFile }
        if ($PassThru) { $summary }
        if ($EnableExit) { exit $summary.FailedCount }
    }
    finally { $script:Run = $outer }
}
