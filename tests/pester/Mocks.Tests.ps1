function Get-Weather { param([string]$City, [int]$Day, [switch]$Long) "real $City" }
function Show-Weather { param($City) "It is $(Get-Weather -City $City)." }

Describe 'Mock' {
    It 'takes the place of a function' {
        Mock Get-Weather { 'sunny' }
        Show-Weather 'Bern' | Should -Be 'It is sunny.'
    }
    It 'ends with its test' { Show-Weather 'Bern' | Should -Be 'It is real Bern.' }
    It 'gives the arguments' {
        Mock Get-Weather { "mocked $City $Day $Long" }
        Get-Weather -City Rome -Day 3 -Long | Should -Be 'mocked Rome 3 True'
    }
    It 'binds by position' {
        Mock Get-Weather { "mocked $City $Day" }
        Get-Weather Rome 3 | Should -Be 'mocked Rome 3'
    }
    It 'takes the place of a cmdlet' {
        Mock Get-Date { 'today' }
        Get-Date -Format 'yyyy' | Should -Be 'today'
    }
    It 'filters' {
        Mock Get-Weather { 'any' }
        Mock Get-Weather { 'rainy' } -ParameterFilter { $City -eq 'Bergen' }
        Get-Weather -City Bergen | Should -Be 'rainy'
        Get-Weather -City Rome | Should -Be 'any'
    }
    It 'calls the real one when no filter holds' {
        Mock Get-Weather { 'rainy' } -ParameterFilter { $City -eq 'Bergen' }
        Get-Weather -City Rome | Should -Be 'real Rome'
    }
    It 'takes pipeline input' {
        Mock Stop-VM { }
        Mock Get-VM { 'web01', 'web02' }
        Get-VM | ForEach-Object { Stop-VM -Name $_ -Force }
        Assert-MockCalled Stop-VM -Times 2 -Exactly -Scope It
        Assert-MockCalled Stop-VM -Times 1 -Exactly -Scope It -ParameterFilter { $Name -eq 'web02' }
    }
    It 'refuses what is no command' { { Mock Nosuch-Command { } } | Should -Throw 'Could not find Command Nosuch-Command' }
}

Describe 'counting calls' {
    Mock Get-Weather { 'sunny' }
    It 'counts' {
        1..3 | ForEach-Object { Get-Weather }
        Assert-MockCalled Get-Weather -Times 3 -Exactly
        Assert-MockCalled Get-Weather -Times 2
        Assert-MockCalled Get-Weather 3
        Should -Invoke Get-Weather -Times 3 -Exactly
        Should -Invoke -CommandName Get-Weather -Times 3 -Exactly
    }
    It 'counts in the group, or in the test' {
        Get-Weather
        Assert-MockCalled Get-Weather -Times 4 -Exactly
        Assert-MockCalled Get-Weather -Times 1 -Exactly -Scope It
        Assert-MockCalled Get-Weather -Times 4 -Exactly -Scope Describe
    }
    It 'says how often it was called' {
        { Assert-MockCalled Get-Weather -Times 9 } | Should -Throw 'Expected Get-Weather to be called at least 9 times, but was called 4 times'
        { Assert-MockCalled Get-Weather -Times 2 -Exactly } | Should -Throw 'to be called 2 times exactly, but was called 4 times'
        { Assert-MockCalled Get-Date } | Should -Throw 'You did not declare a mock of the Get-Date Command'
    }
    It 'has not been called' { Assert-MockCalled Get-Weather -Times 0 -Scope It; Should -Not -Invoke Get-Weather }
}

Describe 'verifiable mocks' {
    It 'tells which were not called' {
        Mock Get-Weather { 'x' } -Verifiable
        { Assert-VerifiableMock } | Should -Throw 'Command Get-Weather'
        Get-Weather
        Assert-VerifiableMock
    }
}
