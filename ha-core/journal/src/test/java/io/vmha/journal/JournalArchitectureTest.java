package io.vmha.journal;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import io.vmha.PublicSignatures;

@AnalyzeClasses(packages = "io.vmha.journal", importOptions = ImportOption.DoNotIncludeTests.class)
class JournalArchitectureTest {

    @ArchTest
    static final ArchTests PUBLIC_SIGNATURES = ArchTests.in(PublicSignatures.class);
}
