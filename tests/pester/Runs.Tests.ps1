# Invoke-Pester itself: results, filters, files that break, output.
Describe 'Invoke-Pester' {
    Set-Content "$TestDrive/a.Tests.ps1" @'
Describe 'first' -Tag fast {
    It 'passes' { 1 | Should -Be 1 }
    It 'fails' { 1 | Should -Be 2 }
    It 'is skipped' -Skip { 1 }
    It 'is pending' { }
    It 'is inconclusive' { Set-TestInconclusive 'no idea' }
    It 'breaks' { throw 'broken' }
}
Describe 'second' -Tag slow {
    Context 'inner' { It 'passes too' { $true | Should -BeTrue } }
}
'@
    Set-Content "$TestDrive/b.Tests.ps1" "Describe 'third' { It 'passes' { } ; It 'is there' { 1 | Should -Be 1 } }"
    Set-Content "$TestDrive/notatest.ps1" "throw 'must not run'"
    $run = Invoke-Pester "$TestDrive/a.Tests.ps1" -PassThru -Show None

    It 'counts' {
        $run.TotalCount | Should -Be 7
        $run.PassedCount | Should -Be 2
        $run.FailedCount | Should -Be 2
        $run.SkippedCount | Should -Be 1
        $run.PendingCount | Should -Be 1
        $run.InconclusiveCount | Should -Be 1
    }
    It 'gives the results' {
        $result = $run.TestResult | Where-Object Name -eq 'fails'
        $result.Describe | Should -Be 'first'
        $result.Result | Should -Be 'Failed'
        $result.Passed | Should -BeFalse
        $result.FailureMessage | Should -Be 'Expected 2, but got 1.'
        $result.StackTrace | Should -Match 'a\.Tests\.ps1: line 3'
    }
    It 'gives the groups' { ($run.TestResult | Where-Object Name -eq 'passes too').Context | Should -Be 'inner' }
    It 'runs the files of a folder' { (Invoke-Pester $TestDrive -PassThru -Show None).TotalCount | Should -Be 9 }
    It 'filters by tag' { (Invoke-Pester $TestDrive -Tag slow -PassThru -Show None).TotalCount | Should -Be 1 }
    It 'leaves tags out' { (Invoke-Pester $TestDrive -ExcludeTag fast -PassThru -Show None).TotalCount | Should -Be 3 }
    It 'filters by name' { (Invoke-Pester $TestDrive -TestName 'th*' -PassThru -Show None).TotalCount | Should -Be 2 }
    It 'goes on after a file that breaks' {
        $folder = New-Item -ItemType Directory "$TestDrive/broken"
        Set-Content "$folder/1.Tests.ps1" "throw 'at once'"
        Set-Content "$folder/2.Tests.ps1" "Describe 'x' { throw 'inside'; It 'y' { } }"
        Set-Content "$folder/3.Tests.ps1" "Describe 'x' { It 'y' { 1 | Should -Be 1 } }"
        $broken = Invoke-Pester $folder -PassThru -Show None
        $broken.FailedCount | Should -Be 2
        $broken.PassedCount | Should -Be 1
        $broken.TestResult[0].FailureMessage | Should -Match 'at once'
    }
    It 'shows what it does' {
        $text = (Invoke-Pester "$TestDrive/a.Tests.ps1" *>&1 | Out-String) -split "`n"
        $text | Should -Contain '  Describing first'
        $text -match '^    \[\+\] passes \d+ms$' | Should -HaveCount 1
        $text -match '^    \[-\] fails \d+ms$' | Should -HaveCount 1
        $text | Should -Contain '      Expected 2, but got 1.'
        $text | Should -Contain "      3:     It 'fails' { 1 | Should -Be 2 }"
        $text -match '^    \[!\] is skipped' | Should -HaveCount 1
        $text | Should -Contain '    Context inner'
        $text | Should -Contain 'Tests Passed: 2, Failed: 2, Skipped: 1, Pending: 1, Inconclusive: 1 '
    }
    It 'writes a file of results' {
        $null = Invoke-Pester "$TestDrive/a.Tests.ps1" -Show None -OutputFile "$TestDrive/r.xml" -OutputFormat NUnitXml
        "$TestDrive/r.xml" | Should -FileContentMatch 'failures="2"'
        "$TestDrive/r.xml" | Should -FileContentMatch '<message>Expected 2, but got 1.</message>'
    }
    It 'gives parameters to a file' {
        Set-Content "$TestDrive/p.Tests.ps1" 'param($Who) Describe "p" { It "knows" { $Who | Should -Be "me" } }'
        (Invoke-Pester @{ Path = "$TestDrive/p.Tests.ps1"; Parameters = @{ Who = 'me' } } -PassThru -Show None).PassedCount | Should -Be 1
    }
    It 'refuses a path that is not there' { { Invoke-Pester "$TestDrive/nosuch" } | Should -Throw 'does not exist' }
}
