# Groups, set-up and tear-down, cases, TestDrive, modules.
$script:log = @()
$top = 'top'
function Get-Own { 'own' }

Describe 'scopes' {
    $inside = 'inside'
    BeforeAll { $all = 'all' }
    BeforeEach { $each = 'each'; $counter = 0 }
    It 'sees what stands around it' { "$top $inside $all $each $(Get-Own)" | Should -Be 'top inside all each own' }
    It 'keeps to itself what it sets' { $counter++; $mine = 1; $counter | Should -Be 1 }
    It 'starts anew each time' { $counter | Should -Be 0; $mine | Should -BeNullOrEmpty }
    It 'runs where it stands in a loop' { }
    foreach ($number in 1, 2) { It "sees $number" { $number | Should -BeIn 1, 2 } }
    Context 'inside of it' {
        BeforeEach { $each += ' and inner' }
        It 'runs the set-up from the outside in' { $each | Should -Be 'each and inner' }
    }
    It 'has left the inner set-up behind' { $each | Should -Be 'each' }
}

Describe 'order' {
    BeforeAll { $script:log += 'before all' }
    BeforeEach { $script:log += 'before' }
    AfterEach { $script:log += 'after' }
    AfterAll { $script:log += 'after all' }
    It 'one' { $script:log += 'one' }
    It 'two' { $script:log += 'two' }
}
Describe 'order afterwards' {
    It 'is what it should be' {
        $script:log -join ', ' | Should -Be 'before all, before, one, after, before, two, after, after all'
    }
}

Describe 'cases' {
    It 'adds <a> and <b> to <sum>' -TestCases @(
        @{ a = 1; b = 2; sum = 3 }
        @{ a = -1; b = 1; sum = 0 }
    ) { param($a, $b, $sum) $a + $b | Should -Be $sum }
    It 'needs no parameters: <name>' -TestCases @{ name = 'x' } { $name | Should -Be 'x' }
    It 'takes plain values: <_>' -ForEach 1, 2 { $_ | Should -BeGreaterThan 0 }
}

Describe 'each <name>' -ForEach @{ name = 'first' }, @{ name = 'second' } {
    It 'knows its <name>' { $name | Should -BeIn 'first', 'second' }
}

Describe 'TestDrive' {
    Set-Content "$TestDrive/outer.txt" 'x'
    It 'is a folder' { Test-Path -PathType Container $TestDrive | Should -BeTrue }
    Context 'inside' {
        Set-Content "$TestDrive/inner.txt" 'y'
        It 'has both files' { (Get-ChildItem $TestDrive).Name | Should -Be 'inner.txt', 'outer.txt' }
    }
    It 'has lost what the context left' { (Get-ChildItem $TestDrive).Name | Should -Be 'outer.txt' }
}

Describe 'InModuleScope' {
    New-Module -Name PesterProbe -ScriptBlock {
        $hidden = 42
        function Get-Hidden { $hidden }
        function Get-Answer { Get-Hidden }
        Export-ModuleMember -Function Get-Answer
    } | Import-Module
    It 'does not see it from outside' { $hidden | Should -BeNullOrEmpty }
    It 'sees it inside' { InModuleScope PesterProbe { Get-Hidden } | Should -Be 42 }
    InModuleScope PesterProbe {
        It 'runs tests inside' { $hidden | Should -Be 42 }
    }
    It 'mocks inside' {
        Mock Get-Hidden { 7 } -ModuleName PesterProbe
        Get-Answer | Should -Be 7
        Assert-MockCalled Get-Hidden -ModuleName PesterProbe -Times 1 -Exactly -Scope It
    }
    It 'ends the mock' { Get-Answer | Should -Be 42 }
    Remove-Module PesterProbe
}
