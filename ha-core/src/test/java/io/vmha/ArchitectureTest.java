package io.vmha;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.ServiceLoader;

@AnalyzeClasses(packages = "io.vmha", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchTests PUBLIC_SIGNATURES = ArchTests.in(PublicSignatures.class);

    @ArchTest
    static final ArchRule PACKAGES_USE_ONLY_THOSE_BEFORE_THEM = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
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
            .whereLayer("sim")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("center")
            .mayOnlyBeAccessedByLayers("sim")
            .whereLayer("adapter")
            .mayOnlyBeAccessedByLayers("center", "sim")
            .whereLayer("plan")
            .mayOnlyBeAccessedByLayers("adapter", "center", "sim")
            .whereLayer("policy")
            .mayOnlyBeAccessedByLayers("plan", "adapter", "center", "sim")
            .whereLayer("detection")
            .mayOnlyBeAccessedByLayers("adapter", "center", "sim")
            .whereLayer("fault")
            .mayOnlyBeAccessedByLayers("detection", "policy", "plan", "adapter", "center", "sim");

    /** What users see of a center knows none of its insides, and of those each only what comes before it. */
    @ArchTest
    static final ArchRule THE_CENTER_IS_BUILT_IN_LAYERS = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("what users see")
            .definedBy(
                    "io.vmha.center.config..",
                    "io.vmha.center.event..",
                    "io.vmha.center.journal..",
                    "io.vmha.center.schedule..",
                    "io.vmha.center.leader..")
            .layer("state")
            .definedBy("io.vmha.center.internal.state..")
            .layer("execution")
            .definedBy("io.vmha.center.internal.execution..")
            .layer("internal")
            .definedBy("io.vmha.center.internal")
            .layer("center")
            .definedBy("io.vmha.center")
            .layer("sim")
            .definedBy("io.vmha.sim..")
            .whereLayer("center")
            .mayOnlyBeAccessedByLayers("sim")
            .whereLayer("internal")
            .mayOnlyBeAccessedByLayers("center")
            .whereLayer("execution")
            .mayOnlyBeAccessedByLayers("internal", "center")
            .whereLayer("state")
            .mayOnlyBeAccessedByLayers("execution", "internal", "center");

    @ArchTest
    static final ArchRule NOBODY_OUTSIDE_USES_THE_INSIDES_OF_A_CENTER = noClasses()
            .that()
            .resideOutsideOfPackage("io.vmha.center..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vmha.center.internal..");

    @ArchTest
    static final ArchRule THE_CENTERS_PACKAGE_HOLDS_THE_MANAGEMENT_CENTER_ALONE = classes()
            .that()
            .resideInAPackage("io.vmha.center")
            .and()
            .doNotHaveSimpleName("package-info")
            .should()
            .haveNameMatching("io\\.vmha\\.center\\.ManagementCenter(\\$.*)?");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CIRCLES =
            slices().matching("io.vmha.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule CLASSES_OF_THE_EXECUTION_HAVE_NO_CIRCLES =
            slices().assignedFrom(executionByFile()).should().beFreeOfCycles();

    private static SliceAssignment executionByFile() {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                if (!resideInAPackage("io.vmha.center.internal.execution").test(type)) {
                    return SliceIdentifier.ignore();
                }
                JavaClass outer = type;
                while (outer.getEnclosingClass().isPresent()) {
                    outer = outer.getEnclosingClass().get();
                }
                return SliceIdentifier.of(outer.getSimpleName());
            }

            @Override
            public String getDescription() {
                return "the classes of the execution";
            }
        };
    }

    /** Native images, modules and obfuscators need to be told of what is looked up by name. */
    @ArchTest
    static final ArchRule NOTHING_IS_LOOKED_UP_BY_NAME = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.lang.reflect..")
            .orShould()
            .callMethodWhere(target(owner(assignableTo(Class.class))).and(target(nameMatching("forName|newInstance"))))
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ServiceLoader.class);

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
