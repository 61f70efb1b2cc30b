package io.vmha.testkit.registered;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.vmha.testkit.contract.TrafficTestbed;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** A project's service files decide which contracts are tested. */
class RegisteredContractsTest {
    private static final String SIMULATED = "io.vmha.sim.SimulatedRoutesTestbed";

    @TempDir
    Path project;

    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    @BeforeEach
    void registerInAProjectOfItsOwn() throws IOException {
        Files.createDirectories(project.resolve("META-INF/services"));
        Thread.currentThread()
                .setContextClassLoader(
                        new URLClassLoader(new URL[] {project.toUri().toURL()}, before));
    }

    @AfterEach
    void leaveTheProject() throws IOException {
        ((URLClassLoader) Thread.currentThread().getContextClassLoader()).close();
        Thread.currentThread().setContextClassLoader(before);
    }

    private void register(Class<?> kind, String... testbeds) throws IOException {
        Files.write(project.resolve("META-INF/services").resolve(kind.getName()), List.of(testbeds));
    }

    private static TestExecutionSummary run(Class<?> test) {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(test))
                                .build(),
                        summary);
        return summary.getSummary();
    }

    @Test
    void theContractOfARegisteredTestbedIsTested() throws IOException {
        register(TrafficTestbed.class, SIMULATED);

        TestExecutionSummary summary = run(RegisteredTrafficDirectorTest.class);

        assertThat(summary.getTestsSucceededCount()).isGreaterThanOrEqualTo(10);
        assertThat(summary.getTestsFailedCount()).isZero();
        assertThat(run(RegisteredTestbedsTest.class).getTestsSucceededCount()).isEqualTo(1);
    }

    @Test
    void contractsWithoutATestbedAreSkipped() throws IOException {
        register(TrafficTestbed.class, SIMULATED);

        for (Class<?> test : new Class<?>[] {
            RegisteredHypervisorAdapterTest.class,
            RegisteredFencingDeviceTest.class,
            RegisteredDatabaseClusterTest.class,
            RegisteredFaultSourceTest.class,
            RegisteredSecondCheckTest.class,
            RegisteredLeadershipTest.class,
            RegisteredCenterSchedulerTest.class
        }) {
            TestExecutionSummary summary = run(test);
            assertThat(summary.getContainersSkippedCount()).isEqualTo(1);
            assertThat(summary.getTestsStartedCount()).isZero();
        }
    }

    @Test
    void aProjectWithoutAnyTestbedFails() {
        assertThat(run(RegisteredTestbedsTest.class).getTestsFailedCount()).isEqualTo(1);
    }

    @Test
    void oneOfSeveralTestbedsIsNotChosen() throws IOException {
        register(TrafficTestbed.class, SIMULATED, "io.vmha.sim.OtherRoutesTestbed");

        assertThatThrownBy(() -> Registered.newTestbed(TrafficTestbed.class))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(SIMULATED, "io.vmha.sim.OtherRoutesTestbed");
        assertThat(run(RegisteredTrafficDirectorTest.class).getTestsSucceededCount())
                .isZero();
    }
}
