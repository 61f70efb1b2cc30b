package io.vmha.monitor;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import io.vmha.PublicSignatures;

@AnalyzeClasses(packages = "io.vmha.monitor", importOptions = ImportOption.DoNotIncludeTests.class)
class MonitorArchitectureTest {

    @ArchTest
    static final ArchTests PUBLIC_SIGNATURES = ArchTests.in(PublicSignatures.class);

    /** Whatever else is there when this is compiled is not there in a guest. */
    @ArchTest
    static final ArchRule A_GUEST_NEEDS_THE_JDK_AND_A_LOGGER_ONLY = noClasses()
            .that()
            .resideOutsideOfPackage("io.vmha.monitor.center")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages(
                    "java..",
                    "javax..",
                    "org.slf4j..",
                    "io.vmha.monitor",
                    "io.vmha.monitor.report",
                    "io.vmha.monitor.internal",
                    // Of no use at run time, and not there then.
                    "org.jspecify.annotations..",
                    "org.immutables.value..",
                    "com.google.errorprone.annotations..");

    @ArchTest
    static final ArchRule REPORTING_DOES_NOT_KNOW_THE_PROBES = noClasses()
            .that()
            .resideInAPackage("io.vmha.monitor.report..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vmha.monitor");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CIRCLES =
            slices().matching("io.vmha.(**)").should().beFreeOfCycles();
}
