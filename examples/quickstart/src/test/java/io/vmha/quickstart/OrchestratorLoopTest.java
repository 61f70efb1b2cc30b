package io.vmha.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.center.ManagementCenter;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OrchestratorLoopTest {
    private static final VmId MW1 = VmId.of("mw1");

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(ReferenceEmbodiment.inventory());
    private final ManagementCenter center = ManagementCenter.builder()
            .adapter(datacenter.hypervisor())
            .trafficDirector(datacenter.trafficDirector())
            .inventory(datacenter.actual())
            .build();
    private final OrchestratorLoop orchestrator = new OrchestratorLoop(center, datacenter.hypervisor());

    @AfterEach
    void close() {
        center.close();
    }

    private void submit(FaultReport report) {
        center.submit(report).toCompletableFuture().join();
    }

    @Test
    void aResyncKeepsWhatTheCenterKnowsOfFailures() {
        VmId db1 = VmId.of("db1");
        submit(FaultReport.ofVm(db1, FaultKind.IO_ERROR, Instant.now(), "monitor:db1", 1));

        orchestrator.resync();

        VirtualMachine known = center.inventory().requireVm(db1);
        assertThat(known.health()).isEqualTo(VmHealth.FAILED);
        assertThat(known.servedBy()).isPresent();
    }

    @Test
    void aVmThatSomebodyMovedIsWhereAResyncShowsIt() {
        datacenter.change(actual -> actual.with(actual.requireVm(MW1).withHost(HostId.of("h2"))));

        orchestrator.resync();

        assertThat(center.inventory().requireVm(MW1).host()).isEqualTo(HostId.of("h2"));
    }

    @Test
    void aVmThatIsSwitchedOffOnPurposeIsNoFailure() {
        orchestrator.switchesOff(MW1, "user");

        assertThat(datacenter.actual().requireVm(MW1).power()).isEqualTo(PowerState.OFF);
        assertThat(center.inventory().requireVm(MW1).servedBy()).isPresent();
        assertThat(orchestrator.needsAnOperator()).isEmpty();
    }

    @Test
    void aVmThatIsSwitchedOnAgainRuns() {
        orchestrator.switchesOff(MW1, "user");

        orchestrator.switchesOn(MW1, "user");

        assertThat(datacenter.actual().requireVm(MW1).power()).isEqualTo(PowerState.ON);
    }

    @Test
    void aVmThatWasCreatedMayTakeRequests() {
        VirtualMachine added =
                datacenter.actual().requireVm(MW1).withId(VmId.of("mw9")).withLoad(0);
        datacenter.change(actual -> actual.with(added));

        orchestrator.created(added);

        assertThat(center.inventory().vm(added.id())).isPresent();
    }

    @Test
    void aVmThatWasDeletedServesNobody() {
        orchestrator.deleted(VmId.of("mw3"));

        assertThat(center.inventory().vm(VmId.of("mw3"))).isEmpty();
    }

    @Test
    void aHostThatIsDrainedRunsNothing() {
        orchestrator.drains(HostId.of("h1"), "operator");

        assertThat(datacenter.actual().vmsOn(HostId.of("h1")))
                .as("what fits on the other host of the cluster has moved")
                .hasSizeLessThan(4);
    }

    @Test
    void theGuideShowsThisVeryCode() throws IOException {
        String source = Files.readString(Path.of("src/main/java/io/vmha/quickstart/OrchestratorLoop.java"));
        String body =
                source.substring(source.indexOf("final class OrchestratorLoop")).stripTrailing();

        assertThat(Files.readString(Path.of("../../ha-core/docs/orchestrator.md")))
                .contains(body);
    }
}
