# What each assertion takes, and what it says when it does not hold.
function Get-Message([scriptblock]$Assertion) {
    try { & $Assertion } catch { return $_.Exception.Message }
}

Describe 'Be' {
    It 'compares without case' { 'abc' | Should -Be 'ABC' }
    It 'compares numbers with text' { '5' | Should -Be 5 }
    It 'compares arrays item by item' { 1, 2, 3 | Should -Be @(1, 2, 3) }
    It 'tells arrays of different length apart' { 1, 2 | Should -Not -Be @(1, 2, 3) }
    It 'takes $null' { $null | Should -Be $null }
    It 'tells $null from empty text' { $null | Should -Not -Be '' }
    It 'takes -ActualValue' { Should -ActualValue 5 -Be 5 }
    It 'takes a negative number' { -5 | Should -Be -5 }
    It 'says what it got' { Get-Message { 1 | Should -Be 2 } | Should -BeExactly 'Expected 2, but got 1.' }
    It 'says why' {
        Get-Message { 1 | Should -Be 2 -Because 'two is two' } | Should -BeExactly 'Expected 2, because two is two, but got 1.'
    }
    It 'shows where texts differ' {
        $message = Get-Message { 'abcd' | Should -Be 'abX' }
        $message | Should -Match 'Expected length: 3'
        $message | Should -Match 'Actual length:   4'
        $message | Should -Match 'Strings differ at index 2\.'
        $message | Should -Match '(?m)^-------------\^$'
    }
    It 'is not what it should not be' {
        Get-Message { 5 | Should -Not -Be 5 } | Should -Match 'to be different from the actual value'
    }
}

Describe 'BeExactly' {
    It 'minds case' { 'abc' | Should -Not -BeExactly 'ABC' }
    It 'holds for the same' { 'abc' | Should -BeExactly 'abc' }
    It 'minds case in arrays' { 'a', 'b' | Should -Not -BeExactly @('a', 'B') }
}

Describe 'comparisons' {
    It '<left> -<operator> <right>' -TestCases @(
        @{ left = 3; operator = 'BeGreaterThan'; right = 2 }
        @{ left = 2; operator = 'BeLessThan'; right = 3 }
        @{ left = 2; operator = 'BeGreaterOrEqual'; right = 2 }
        @{ left = 2; operator = 'BeLessOrEqual'; right = 2 }
        @{ left = 'abc'; operator = 'BeLike'; right = 'A*' }
        @{ left = 'abc'; operator = 'BeLikeExactly'; right = 'a*' }
        @{ left = 'abc'; operator = 'Match'; right = '^AB' }
        @{ left = 'abc'; operator = 'MatchExactly'; right = '^ab' }
        @{ left = 2; operator = 'BeIn'; right = @(1, 2) }
    ) {
        param($left, $operator, $right)
        $left | Should "-$operator" $right
    }
    It 'not <left> -<operator> <right>' -TestCases @(
        @{ left = 2; operator = 'BeGreaterThan'; right = 2 }
        @{ left = 3; operator = 'BeLessThan'; right = 3 }
        @{ left = 1; operator = 'BeGreaterOrEqual'; right = 2 }
        @{ left = 3; operator = 'BeLessOrEqual'; right = 2 }
        @{ left = 'abc'; operator = 'BeLike'; right = 'b*' }
        @{ left = 'abc'; operator = 'BeLikeExactly'; right = 'A*' }
        @{ left = 'abc'; operator = 'Match'; right = '^b' }
        @{ left = 'abc'; operator = 'MatchExactly'; right = '^AB' }
        @{ left = 3; operator = 'BeIn'; right = @(1, 2) }
    ) {
        param($left, $operator, $right)
        $left | Should -Not "-$operator" $right
    }
    It 'says what was greater' {
        Get-Message { 1 | Should -BeGreaterThan 2 } | Should -BeExactly 'Expected the actual value to be greater than 2, but got 1.'
    }
}

Describe 'collections' {
    It 'contains' { 'a', 'b' | Should -Contain 'B' }
    It 'does not contain' { 1, 2 | Should -Not -Contain 3 }
    It 'counts' { 1, 2, 3 | Should -HaveCount 3 }
    It 'counts one' { 'x' | Should -HaveCount 1 }
    It 'counts none' { @() | Should -HaveCount 0 }
    It 'says how many there are' {
        Get-Message { 1, 2 | Should -HaveCount 3 } | Should -BeExactly 'Expected a collection with size 3, but got collection with size 2 @(1, 2).'
    }
}

Describe 'BeNullOrEmpty, BeTrue, BeFalse' {
    It 'takes nothing' { @() | Should -BeNullOrEmpty }
    It 'takes null' { $null | Should -BeNullOrEmpty }
    It 'takes empty text' { '' | Should -BeNullOrEmpty }
    It 'takes an empty table' { @{} | Should -BeNullOrEmpty }
    It 'does not take text' { 'x' | Should -Not -BeNullOrEmpty }
    It 'does not take zero' { 0 | Should -Not -BeNullOrEmpty }
    It 'says what is there' { Get-Message { 'x' | Should -BeNullOrEmpty } | Should -BeExactly 'Expected $null or empty, but got ''x''.' }
    It 'is true' { $true | Should -BeTrue }
    It 'takes what is like true' { 'text' | Should -BeTrue }
    It 'is false' { $false | Should -BeFalse }
    It 'is not true' { Get-Message { $false | Should -BeTrue } | Should -BeExactly 'Expected $true, but got $false.' }
}

Describe 'BeOfType' {
    It 'takes a type' { 5 | Should -BeOfType ([int]) }
    It 'takes a name' { 'x' | Should -BeOfType string }
    It 'takes a name in brackets' { Get-Date | Should -BeOfType [datetime] }
    It 'tells types apart' { 5 | Should -Not -BeOfType [string] }
    It 'has an old name' { 5 | Should -HaveType ([int]) }
    It 'says which type it got' { Get-Message { 'x' | Should -BeOfType [int] } | Should -Match 'but got ''x'' with type \[string\]' }
}

Describe 'Throw' {
    It 'holds when something is thrown' { { throw 'boom' } | Should -Throw }
    It 'holds for a part of the message' { { throw 'big boom here' } | Should -Throw 'boom' }
    It 'holds for wildcards' { { throw 'big boom' } | Should -Throw -ExpectedMessage '*boom' }
    It 'holds for an id' { { Get-Item /nosuch -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound' }
    It 'holds for a type' {
        { Get-Item /nosuch -ErrorAction Stop } | Should -Throw -ExceptionType ([System.Management.Automation.ItemNotFoundException])
    }
    It 'holds when nothing should be thrown' { { 1 } | Should -Not -Throw }
    It 'says that nothing was thrown' { Get-Message { { 1 } | Should -Throw } | Should -BeExactly 'Expected an exception to be thrown, but no exception was thrown.' }
    It 'says what was thrown instead' { Get-Message { { throw 'a' } | Should -Throw 'b' } | Should -Match 'the message was ''a''' }
    It 'says what should not have been thrown' { Get-Message { { throw 'a' } | Should -Not -Throw } | Should -Match 'but an exception ''a'' was thrown' }
    It 'gives the error with -PassThru' { ({ throw 'x' } | Should -Throw -PassThru).Exception.Message | Should -Be 'x' }
    It 'refuses what is no block' { { 5 | Should -Throw } | Should -Throw 'Input is missing or not a ScriptBlock' }
}

Describe 'files' {
    It 'exists' { $TestDrive | Should -Exist }
    It 'does not exist' { "$TestDrive/nosuch" | Should -Not -Exist }
    It 'looks into a file' {
        Set-Content "$TestDrive/a.txt" 'First line', 'second line'
        "$TestDrive/a.txt" | Should -FileContentMatch 'first'
        "$TestDrive/a.txt" | Should -FileContentMatchExactly 'First'
        "$TestDrive/a.txt" | Should -Not -FileContentMatchExactly 'first'
        "$TestDrive/a.txt" | Should -FileContentMatchMultiline 'line\s+second'
    }
}

Describe 'the form of Pester 3' {
    It 'Should Be' { 5 | Should Be 5 }
    It 'Should Not Be' { 5 | Should Not Be 6 }
    It 'Should BeNullOrEmpty' { $null | Should BeNullOrEmpty }
    It 'Should Match' { 'abc' | Should Match 'b' }
    It 'Should Throw' { { throw 'x' } | Should Throw }
    It 'Should Not Throw' { { 1 } | Should Not Throw }
    It 'Should BeOfType' { 5 | Should BeOfType [int] }
    It 'refuses what it does not know' { { 5 | Should Nosuch 5 } | Should -Throw 'is not a valid Should operator' }
}
