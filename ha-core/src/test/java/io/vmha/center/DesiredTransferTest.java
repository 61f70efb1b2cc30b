package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.Fixtures;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.UnmetNeed;
import io.vmha.center.journal.DesiredExport;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.PlanJournal;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.MemberId;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.policy.Reason;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What is desired goes from a center to one with another journal. */
class DesiredTransferTest {
    private static final VmId MW1 = VmId.of("mw1");
    private static final VmId MW2 = VmId.of("mw2");
    private static final VmId MW5 = VmId.of("mw5");
    private static final VmId DB3 = VmId.of("db3");
    private static final VmId DB5 = VmId.of("db5");
    private static final HostId H3 = HostId.of("h3");

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final VirtualTime time = new VirtualTime();

    @Test
    void aCenterWithANewJournalGoesOnWhereTheOneBeforeWas() {
        datacenter.replicaSets().get(0).showLag(MemberId.of("standby"), Optional.empty());
        ManagementCenter first = center(new InMemoryPlanJournal());
        time.runToEnd();
        ask(first.automation(AutomationLevel.PARTIAL, "alice"));
        ask(first.desired(MW2, DesiredState.UNMANAGED, "alice"));
        ask(first.maintenance(H3, true, "alice"));
        ask(first.acceptReplicationLag(DB5, "alice"));
        ask(first.desired(MW5, DesiredState.OFF, "alice"));
        CompletionStage<DecisionOutcome> reported =
                first.submit(FaultReport.ofVm(DB3, FaultKind.FILESYSTEM_READ_ONLY, time.now(), "monitor:db3", 1));
        time.runToEnd();
        ask(first.plans()).forEach(plan -> first.reject(plan.plan().id(), "alice"));
        ask(reported);
        ask(first.pause("alice"));
        String json = ask(first.exportDesired()).toJson();
        first.close();

        ManagementCenter next = center(new InMemoryPlanJournal());
        ask(next.importDesired(DesiredExport.fromJson(json), "alice"));

        assertThat(ask(next.exportDesired()).toJson()).isEqualTo(json);
        assertThat(next.inventory().requireHost(H3).inMaintenance()).isTrue();
        assertThat(next.inventory().requireVm(DB3).health()).isEqualTo(VmHealth.FAILED);
        ask(next.resume("alice"));
        assertThat(ask(next.plans())).as("what was rejected stays so").isEmpty();
        assertThat(ask(next.unmet())).extracting(UnmetNeed::reason).contains(Reason.REJECTED);
    }

    @Test
    void whatIsImportedSurvivesARestart() {
        PlanJournal journal = new InMemoryPlanJournal();
        ManagementCenter first = center(journal);
        DesiredExport wanted = DesiredExport.fromJson("""
                {"format": "vmha-desired-state", "version": 1, "paused": true,
                 "vms": [{"id": "mw1", "desired": "UNMANAGED"}, {"id": "db3", "desired": "RUNNING", "servedBy": "db1"}],
                 "hosts": [{"id": "h3", "inMaintenance": true}],
                 "replicaSets": [{"id": "database", "timeline": 3, "lastWriter": "standby", "diverged": ["primary"]}]}
                """);
        ask(first.importDesired(wanted, "alice"));
        String json = ask(first.exportDesired()).toJson();
        first.close();

        assertThat(ask(center(journal).exportDesired()).toJson())
                .isEqualTo(json)
                .contains("\"mw1\", \"desired\": \"UNMANAGED\"")
                .contains("\"timeline\": 3, \"lastWriter\": \"standby\", \"diverged\": [\"primary\"]");
    }

    @Test
    void anImportThatDoesNotFitChangesNothing() {
        ManagementCenter center = center(new InMemoryPlanJournal());
        // The databases are read first.
        time.runToEnd();
        String before = ask(center.exportDesired()).toJson();
        String vm = "{\"id\": \"mw1\", \"desired\": \"OFF\"}, ";

        refused(center, "[" + vm + "{\"id\": \"mw99\", \"desired\": \"OFF\"}]", "no such VM: mw99");
        refused(
                center,
                "[" + vm + "{\"id\": \"mw2\", \"desired\": \"OFF\", \"servedBy\": \"db1\"}]",
                "VM mw2 is of the type MIDDLEWARE, and its server db1 of the type DATABASE");
        refused(
                center,
                "[" + vm + "{\"id\": \"mw2\", \"desired\": \"OFF\", \"servedBy\": \"mw2\"}]",
                "VM mw2 is served by itself where no server is named");
        refused(
                center,
                "[" + vm
                        + "{\"id\": \"mw2\", \"desired\": \"RUNNING\", \"faults\": [{\"vm\": \"mw3\", \"kind\": \"SERVICE_DOWN\","
                        + " \"observedAt\": \"2026-01-01T00:00:00Z\", \"source\": \"s\", \"sequence\": 1,"
                        + " \"since\": \"2026-01-01T00:00:00Z\"}]}]",
                "VM mw2 cannot have a fault of mw3");
        refusedSet(center, "{\"id\": \"orders\", \"timeline\": 1}", "unknown replica set orders");
        refusedSet(
                center,
                "{\"id\": \"database\", \"timeline\": 1, \"lastWriter\": \"other\"}",
                "replica set database has no member other");
        assertThat(ask(center.exportDesired()).toJson()).isEqualTo(before);
        assertThatThrownBy(() -> center.importDesired(ask(center.exportDesired()), " "))
                .hasMessageContaining("operator must not be blank");
    }

    @Test
    void whilePlansAreOpenNothingIsImported() {
        ManagementCenter center = center(new InMemoryPlanJournal());
        ask(center.automation(AutomationLevel.MANUAL, "alice"));
        DesiredExport before = ask(center.exportDesired());
        CompletionStage<DecisionOutcome> unused =
                center.submit(FaultReport.ofVm(MW1, FaultKind.FILESYSTEM_READ_ONLY, time.now(), "monitor:mw1", 1));
        time.runToEnd();

        assertThatThrownBy(() -> ask(center.importDesired(before, "alice")))
                .hasMessageContaining("what is desired is imported while no plan is open: [plan 1]");
    }

    private void refusedSet(ManagementCenter center, String set, String message) {
        DesiredExport given =
                DesiredExport.fromJson("{\"format\": \"vmha-desired-state\", \"version\": 1, \"paused\": true,"
                        + " \"replicaSets\": [" + set + "]}");
        assertThatThrownBy(() -> ask(center.importDesired(given, "alice"))).hasMessageContaining(message);
    }

    private void refused(ManagementCenter center, String vms, String message) {
        DesiredExport given = DesiredExport.fromJson(
                "{\"format\": \"vmha-desired-state\", \"version\": 1, \"paused\": true, \"vms\": " + vms + "}");
        assertThatThrownBy(() -> ask(center.importDesired(given, "alice"))).hasMessageContaining(message);
    }

    private ManagementCenter center(PlanJournal journal) {
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(datacenter.actual())
                .journal(journal)
                .scheduler(time)
                .build();
    }

    private <T> T ask(CompletionStage<T> answer) {
        time.runToEnd();
        return answer.toCompletableFuture().join();
    }
}
