# Tests in the manner of Pester 4: blocks run where they stand, from top to bottom.
#
# Files beside this one: Should.ps1 (assertions), Mock.ps1, Run.ps1 (Invoke-Pester and its output).

$script:Session = $global:__PesterSession
Remove-Variable -Name __PesterSession -Scope Global -ErrorAction Ignore

# What is being run: groups from the outside in, results so far, filters. Null outside of Invoke-Pester, where a
# Describe runs by itself and its results are only shown.
$script:Run = $null

. $PSScriptRoot/Should.ps1
. $PSScriptRoot/Mock.ps1
. $PSScriptRoot/Run.ps1

function New-Group {
    param([string]$Kind, [string]$Name, [string[]]$Tag, $Skip, $Case)
    [pscustomobject]@{
        Kind = $Kind; Name = $Name; Tag = $Tag; Skip = $Skip; Case = $Case
        BeforeEach = [System.Collections.ArrayList]@()
        AfterEach  = [System.Collections.ArrayList]@()
        AfterAll   = [System.Collections.ArrayList]@()
        Mocks      = [System.Collections.ArrayList]@()
        TestDrive  = $null
    }
}

function Get-CurrentGroup {
    if ($script:Run.Groups.Count -gt 0) { $script:Run.Groups[$script:Run.Groups.Count - 1] }
}

# What <a.b> stands for; the words themselves when the case has no such thing.
function Expand-Part {
    param([string]$Path, $Case)
    $value = $Case
    foreach ($part in $Path.TrimStart('$').Split('.')) {
        if ($part -eq '_') { continue }
        if ($value -is [System.Collections.IDictionary]) {
            if (-not $value.Contains($part)) { return "<$Path>" }
            $value = $value[$part]
        }
        elseif ($null -ne $value -and $null -ne $value.PSObject.Properties[$part]) { $value = $value.$part }
        else { return "<$Path>" }
    }
    Format-Value $value -Plain
}

# "adds <a> and <b>" with the values of a test case.
function Expand-Name {
    param([string]$Name, $Case)
    if ($null -eq $Case) { return $Name }
    $text = ''
    $at = 0
    foreach ($found in [regex]::Matches($Name, '<([^<>]+)>')) {
        $text += $Name.Substring($at, $found.Index - $at) + (Expand-Part $found.Groups[1].Value $Case)
        $at = $found.Index + $found.Length
    }
    $text + $Name.Substring($at)
}

function Enter-Group {
    param([string]$Kind, [string]$Name, [scriptblock]$Fixture, [string[]]$Tag, $Skip, $Case)
    $outer = Get-CurrentGroup
    $skipped = $Skip -or ($outer -and $outer.Skip)
    $group = New-Group -Kind $Kind -Name (Expand-Name $Name $Case) -Tag (@($Tag) + @($outer.Tag) -ne $null) -Skip $skipped -Case $(if ($null -ne $Case) { $Case } else { $outer.Case })
    [void]$script:Run.Groups.Add($group)
    $firstOfDrive = $script:Run.Groups.Count -eq 1
    if ($firstOfDrive) { New-TestDrive } else { $group.TestDrive = @(Get-TestDriveItem) }
    Write-GroupHeader $group
    try {
        $variables = Get-CaseVariable $Case
        $arguments = if ($Case -is [System.Collections.IDictionary]) { $Case } else { @{} }
        $null = & $script:Session.RunBlocks @($Fixture) $variables (Get-CaseArgument $Fixture $arguments)
    }
    catch {
        Add-Result -Name "Error occurred in $Kind block" -Result Failed -ErrorRecord $_ -Milliseconds 0
    }
    foreach ($block in $group.AfterAll) {
        try { $null = . $block }
        catch { Add-Result -Name "Error occurred in AfterAll block" -Result Failed -ErrorRecord $_ -Milliseconds 0 }
    }
    Remove-MockOf $group
    if ($firstOfDrive) { Remove-TestDrive } else { Restore-TestDrive $group.TestDrive }
    $script:Run.Groups.RemoveAt($script:Run.Groups.Count - 1)
}

function Test-GroupWanted {
    param([string]$Name, [string[]]$Tag)
    if ($script:Run.Groups.Count -gt 0) { return $true }
    if ($script:Run.TestName -and -not ($script:Run.TestName | Where-Object { $Name -like $_ })) { return $false }
    if ($script:Run.Tag -and -not ($Tag | Where-Object { $script:Run.Tag -contains $_ })) { return $false }
    if ($script:Run.ExcludeTag -and ($Tag | Where-Object { $script:Run.ExcludeTag -contains $_ })) { return $false }
    $true
}

function Invoke-Group {
    param([string]$Kind, [string]$Name, [scriptblock]$Fixture, [string[]]$Tag, $Skip, $Cases, [bool]$HasCases)
    if ($null -eq $Fixture) {
        throw "No test script block is provided. (Have you put the open curly brace on the next line?)"
    }
    $alone = $null -eq $script:Run
    if ($alone) { $script:Run = New-Run }
    try {
        if (-not (Test-GroupWanted $Name $Tag)) { return }
        if (-not $HasCases) { $Cases = @($null) }
        foreach ($case in $Cases) {
            Enter-Group -Kind $Kind -Name $Name -Fixture $Fixture -Tag $Tag -Skip $Skip -Case $case
        }
    }
    finally { if ($alone) { $script:Run = $null } }
}

function Describe {
    param(
        [Parameter(Mandatory, Position = 0)][string]$Name,
        [Parameter(Position = 1)][scriptblock]$Fixture,
        [Alias('Tags')][string[]]$Tag = @(),
        [switch]$Skip,
        [Alias('TestCases')]$ForEach,
        [switch]$AllowNullOrEmptyForEach
    )
    Invoke-Group Describe $Name $Fixture $Tag $Skip.IsPresent $ForEach $PSBoundParameters.ContainsKey('ForEach')
}

function Context {
    param(
        [Parameter(Mandatory, Position = 0)][string]$Name,
        [Parameter(Position = 1)][scriptblock]$Fixture,
        [Alias('Tags')][string[]]$Tag = @(),
        [switch]$Skip,
        [Alias('TestCases')]$ForEach,
        [switch]$AllowNullOrEmptyForEach
    )
    Invoke-Group Context $Name $Fixture $Tag $Skip.IsPresent $ForEach $PSBoundParameters.ContainsKey('ForEach')
}

function Assert-InGroup {
    param([string]$Command)
    if ($null -eq $script:Run) { throw "The $Command command may only be used inside a Describe block." }
}

# In a test file of Pester 5 they may stand outside of a Describe.
function BeforeAll { param([Parameter(Mandatory)][scriptblock]$Scriptblock) $null = . $Scriptblock }
function BeforeDiscovery { param([Parameter(Mandatory)][scriptblock]$Scriptblock) $null = . $Scriptblock }
function BeforeEach {
    param([Parameter(Mandatory)][scriptblock]$Scriptblock)
    Assert-InGroup BeforeEach
    [void](Get-CurrentGroup).BeforeEach.Add($Scriptblock)
}
function AfterEach {
    param([Parameter(Mandatory)][scriptblock]$Scriptblock)
    Assert-InGroup AfterEach
    [void](Get-CurrentGroup).AfterEach.Add($Scriptblock)
}
function AfterAll {
    param([Parameter(Mandatory)][scriptblock]$Scriptblock)
    Assert-InGroup AfterAll
    $group = Get-CurrentGroup
    if ($group) { [void]$group.AfterAll.Add($Scriptblock) } else { [void]$script:Run.AfterFile.Add($Scriptblock) }
}

# The variables that a case gives: its keys, and $_ for one that is no table.
function Get-CaseVariable {
    param($Case)
    $variables = @{}
    if ($null -eq $Case) { return $variables }
    $variables['_'] = $Case
    if ($Case -is [System.Collections.IDictionary]) {
        foreach ($key in $Case.Keys) { $variables["$key"] = $Case[$key] }
    }
    $variables
}

# Those keys of a case that the block has parameters for.
function Get-CaseArgument {
    param([scriptblock]$Block, $Case)
    $arguments = @{}
    if ($Block.ToString() -notmatch '^\s*(\[[^\]]*\]\s*)*param\s*\(') { return $arguments }
    foreach ($key in $Case.Keys) {
        if ($Block.ToString() -match "\`$$([regex]::Escape("$key"))\b") { $arguments["$key"] = $Case[$key] }
    }
    $arguments
}

function Set-ItResult {
    param([switch]$Inconclusive, [switch]$Pending, [switch]$Skipped, [string]$Because)
    $result = if ($Skipped) { 'Skipped' } elseif ($Pending) { 'Pending' } else { 'Inconclusive' }
    $message = "is $($result.ToLower())"
    if ($Because) { $message += ", because $Because" }
    throw [System.Management.Automation.ErrorRecord]::new([Exception]::new($message), "PesterTest$result",
        'InvalidResult', $result)
}

function Set-TestInconclusive {
    param([string]$Message)
    Set-ItResult -Inconclusive -Because $Message
}

function It {
    param(
        [Parameter(Mandatory, Position = 0)][string]$Name,
        [Parameter(Position = 1)][scriptblock]$Test,
        [Alias('ForEach')]$TestCases,
        [switch]$Pending,
        [Alias('Ignore')][switch]$Skip,
        [Alias('Tags')][string[]]$Tag = @(),
        [switch]$AllowNullOrEmptyForEach
    )
    Assert-InGroup It
    if (-not $Skip -and -not $Pending -and $null -eq $Test) {
        throw 'No test script block is provided. (Have you put the open curly brace on the next line?)'
    }
    $group = Get-CurrentGroup
    if ($script:Run.ExcludeTag -and ($Tag | Where-Object { $script:Run.ExcludeTag -contains $_ })) { return }
    $cases = if ($PSBoundParameters.ContainsKey('TestCases')) { @($TestCases) } else { , @($null) }
    foreach ($case in $cases) {
        $title = Expand-Name $Name $(if ($null -ne $case) { $case } else { $group.Case })
        if ($Skip -or $group.Skip) { Add-Result -Name $title -Result Skipped }
        elseif ($Pending -or $Test.ToString().Trim() -eq '') { Add-Result -Name $title -Result Pending }
        else { Invoke-Test -Name $title -Test $Test -Case $case -Suite $Name }
    }
}

function Invoke-Test {
    param([string]$Name, [scriptblock]$Test, $Case, [string]$Suite)
    $table = if ($Case -is [System.Collections.IDictionary]) { $Case } else { @{} }
    $own = New-Group -Kind It -Name $Name
    [void]$script:Run.Groups.Add($own)
    $failure = $null
    $begin = Get-Date
    try {
        # Set-up, test and tear-down share one scope.
        $before = @(); $after = @()
        foreach ($group in $script:Run.Groups) { $before += $group.BeforeEach; $after = @($group.AfterEach) + $after }
        $arguments = Get-CaseArgument $Test $table
        $variables = Get-CaseVariable $Case
        $null = & $script:Session.RunTest $before $Test $after $variables $arguments
    }
    catch { $failure = $_ }
    $milliseconds = [int]((Get-Date) - $begin).TotalMilliseconds
    Remove-MockOf $own
    $script:Run.Groups.RemoveAt($script:Run.Groups.Count - 1)
    $result = 'Passed'
    if ($failure) {
        $result = switch -Wildcard ($failure.FullyQualifiedErrorId) {
            'PesterTestSkipped*' { 'Skipped' }
            'PesterTestPending*' { 'Pending' }
            'PesterTestInconclusive*' { 'Inconclusive' }
            default { 'Failed' }
        }
    }
    Add-Result -Name $Name -Result $result -ErrorRecord $failure -Milliseconds $milliseconds -Suite $Suite -Case $Case
}

function InModuleScope {
    param(
        [Parameter(Mandatory, Position = 0)][string]$ModuleName,
        [Parameter(Mandatory, Position = 1)][scriptblock]$ScriptBlock,
        [hashtable]$Parameters = @{}, [object[]]$ArgumentList = @()
    )
    $module = Get-Module -Name $ModuleName
    if (-not $module) {
        throw "No module named '$ModuleName' is currently loaded."
    }
    & $module $ScriptBlock @Parameters @ArgumentList
}

# ------------------------------------------------------------------------------------------------------ TestDrive

function New-TestDrive {
    $root = Join-Path ([System.IO.Path]::GetTempPath()) "pester-$([guid]::NewGuid())"
    $null = New-Item -ItemType Directory -Path $root
    $script:Run.DrivePath = $root
    $script:Run.OuterDrive = $global:TestDrive
    $global:TestDrive = $root
    if (Get-Command New-PSDrive -ErrorAction Ignore) {
        Remove-PSDrive -Name TestDrive -Scope Global -Force -ErrorAction Ignore
        $null = New-PSDrive -Name TestDrive -PSProvider FileSystem -Root $root -Scope Global
    }
}

function Remove-TestDrive {
    if (-not $script:Run.DrivePath) { return }
    if (Get-Command Remove-PSDrive -ErrorAction Ignore) {
        Remove-PSDrive -Name TestDrive -Scope Global -Force -ErrorAction Ignore
    }
    Remove-Item -LiteralPath $script:Run.DrivePath -Recurse -Force -ErrorAction Ignore
    $script:Run.DrivePath = $null
    $outer = $script:Run.OuterDrive
    if (-not $outer) { Remove-Variable -Name TestDrive -Scope Global -ErrorAction Ignore; return }
    # A run inside of a test of another run.
    $global:TestDrive = $outer
    if (Get-Command New-PSDrive -ErrorAction Ignore) {
        $null = New-PSDrive -Name TestDrive -PSProvider FileSystem -Root $outer -Scope Global
    }
}

function Get-TestDriveItem {
    if ($script:Run.DrivePath) { Get-ChildItem -LiteralPath $script:Run.DrivePath -Recurse -Force | ForEach-Object FullName }
}

# What a Context left there goes with it.
function Restore-TestDrive {
    param([string[]]$Kept)
    foreach ($path in @(Get-TestDriveItem)) {
        if ($Kept -notcontains $path -and (Test-Path -LiteralPath $path)) {
            Remove-Item -LiteralPath $path -Recurse -Force -ErrorAction Ignore
        }
    }
}

function In {
    param([string]$Path, [scriptblock]$Execute)
    $old = Get-Location
    Set-Location $Path
    try { . $Execute } finally { Set-Location $old }
}

function Setup {
    param([switch]$Dir, [switch]$File, [string]$Path, $Content = '', [switch]$PassThru)
    $target = Join-Path $script:Run.DrivePath $Path
    $parent = if ($Dir) { $target } else { Split-Path $target -Parent }
    if (-not (Test-Path -LiteralPath $parent)) { $null = New-Item -ItemType Directory -Path $parent -Force }
    if (-not $Dir) { Set-Content -LiteralPath $target -Value $Content }
    if ($PassThru) { Get-Item -LiteralPath $target }
}

function New-Fixture {
    param([string]$Path = '.', [Parameter(Mandatory)][string]$Name)
    if (-not (Test-Path $Path)) { $null = New-Item -ItemType Directory -Path $Path }
    Set-Content -Path (Join-Path $Path "$Name.ps1") -Value "function $Name {", '', '}'
    Set-Content -Path (Join-Path $Path "$Name.Tests.ps1") -Value @(
        '. $PSCommandPath.Replace(''.Tests.ps1'', ''.ps1'')', '', "Describe '$Name' {",
        "    It 'does something useful' {", '        $true | Should -Be $false', '    }', '}')
}
