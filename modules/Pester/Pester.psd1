@{
    RootModule        = 'Pester.psm1'
    ModuleVersion     = '4.10.1'
    GUID              = 'b7f7d9a8-3d0e-4d3c-9a52-6d2f2a1f5c11'
    Author            = 'The hvsh authors'
    Description       = 'Runs tests that are written in the manner of Pester 4.'
    ScriptsToProcess  = @('Session.ps1')
    FunctionsToExport = @(
        'Describe', 'Context', 'It', 'Should', 'BeforeAll', 'BeforeEach', 'AfterEach', 'AfterAll', 'BeforeDiscovery',
        'Mock', 'Assert-MockCalled', 'Assert-VerifiableMock', 'Assert-VerifiableMocks', 'Invoke-Mock', 'InModuleScope',
        'Invoke-Pester', 'Set-ItResult', 'Set-TestInconclusive', 'In', 'Setup', 'New-Fixture'
    )
    AliasesToExport   = @()
}
