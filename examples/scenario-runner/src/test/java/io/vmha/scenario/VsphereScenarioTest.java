package io.vmha.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.adapter.CallContext;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.vsphere.Vcsim;
import io.vmha.vsphere.VsphereAdapter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The command, as a process of its own, on VMware's API simulator. */
@Tag("lab")
class VsphereScenarioTest {
    private static final String SCENARIO = "scenarios/vsphere-lab.yaml";

    private Vcsim vcsim;

    @BeforeEach
    void begin() {
        vcsim = Vcsim.with(Map.of());
    }

    @AfterEach
    void end() {
        vcsim.close();
    }

    private record Ended(int status, String printed) {}

    @Test
    void aScenarioHasItsExpectedDecisionsAndLeavesTheFailedMachinesReallyOff() throws Exception {
        Ended run = run(vcsim.environment(), server(), SCENARIO);

        assertThat(run.printed).contains("primary-h2-vm1").doesNotContain("does not", "no row");
        assertThat(run.status).isEqualTo(ScenarioRunner.OK);
        assertThat(power("primary-h1-vm1")).isEqualTo(PowerState.OFF);
        assertThat(power("primary-h2-vm3")).isEqualTo(PowerState.OFF);
        assertThat(power("standby-h1-vm3")).isEqualTo(PowerState.ON);
    }

    @Test
    void aScenarioOfOtherMachinesIsRefusedAndNamesThem() throws Exception {
        Ended run = run(vcsim.environment(), server(), "scenarios/reference-three-hosts.yaml");

        assertThat(run.status).isEqualTo(ScenarioRunner.REFUSED);
        assertThat(run.printed.lines()).singleElement().asString().contains("there is no VM mw1");
    }

    @Test
    void anEventThatCanOnlyBeSimulatedIsRefused() throws Exception {
        Ended run = run(vcsim.environment(), server(), "scenarios/center-crash-is-finished.yaml");

        assertThat(run.status).isEqualTo(ScenarioRunner.REFUSED);
        assertThat(run.printed.lines()).singleElement().asString().contains("can only be simulated");
    }

    @Test
    void withoutCredentialsTheMissingVariableIsNamed() throws Exception {
        Ended run = run(Map.of(), server(), SCENARIO);

        assertThat(run.status).isEqualTo(ScenarioRunner.REFUSED);
        assertThat(run.printed.strip()).isEqualTo("scenario-runner: the environment variable VSPHERE_USER is not set");
    }

    @Test
    void aServerThatIsDownIsOneLine() throws Exception {
        vcsim.kill();
        Ended run = run(vcsim.environment(), server(), SCENARIO);

        assertThat(run.status).isEqualTo(ScenarioRunner.PLATFORM_FAILED);
        assertThat(run.printed.lines()).singleElement().asString().startsWith("scenario-runner: ");
    }

    private List<String> server() {
        return List.of(
                "--vsphere",
                vcsim.url().toString(),
                "--vsphere-ca",
                vcsim.certificate().toString());
    }

    private PowerState power(String vm) {
        try (VsphereAdapter adapter = vcsim.adapter().build()) {
            return adapter.powerState(VmId.of(vm), CallContext.within(Duration.ofSeconds(20)));
        }
    }

    /** Both outputs together. */
    private static Ended run(Map<String, String> environment, List<String> options, String scenario)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ScenarioRunner.class.getName()));
        command.addAll(options);
        command.add(scenario);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes());
        return new Ended(process.waitFor(), printed);
    }
}
