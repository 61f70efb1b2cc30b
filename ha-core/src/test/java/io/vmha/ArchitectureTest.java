package io.vmha;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.vmha", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule PACKAGES_USE_ONLY_THOSE_BEFORE_THEM = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("model")
            .definedBy("io.vmha.model..")
            .layer("fault")
            .definedBy("io.vmha.fault..")
            .layer("detection")
            .definedBy("io.vmha.detection..")
            .layer("policy")
            .definedBy("io.vmha.policy..")
            .layer("plan")
            .definedBy("io.vmha.plan..")
            .layer("adapter")
            .definedBy("io.vmha.adapter..")
            .layer("center")
            .definedBy("io.vmha.center..")
            .layer("sim")
            .definedBy("io.vmha.sim..")
            .layer("monitor")
            .definedBy("io.vmha.monitor..")
            .whereLayer("sim")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("monitor")
            .mayOnlyBeAccessedByLayers("center")
            .whereLayer("center")
            .mayOnlyBeAccessedByLayers("sim")
            .whereLayer("detection")
            .mayOnlyBeAccessedByLayers("center", "sim")
            .whereLayer("adapter")
            .mayOnlyBeAccessedByLayers("center", "sim")
            .whereLayer("plan")
            .mayOnlyBeAccessedByLayers("adapter", "center", "sim")
            .whereLayer("policy")
            .mayOnlyBeAccessedByLayers("plan", "adapter", "center", "sim")
            .whereLayer("fault")
            .mayOnlyBeAccessedByLayers("detection", "policy", "plan", "adapter", "center", "sim", "monitor");

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

    @ArchTest
    static final ArchRule DECISIONS_AND_PLANS_DO_NO_IO_AND_ASK_NO_CLOCK = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.vmha.model..", "io.vmha.fault..", "io.vmha.detection..", "io.vmha.policy..", "io.vmha.plan..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.io..", "java.nio..", "java.net..", "java.util.concurrent..", "org.slf4j..")
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Math.class, "random");
}
