package io.vmha.testkit;

import static io.vmha.testkit.HaAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmha.center.ManagementCenter;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.model.Inventory;
import io.vmha.model.VmHealth;
import io.vmha.plan.ActionKind;
import io.vmha.policy.Decision;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.Reason;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class HaAssertionsTest {
    private final Inventory inventory = Datacenter.threeHosts().inventory();
    private final Decision decision =
            HaPolicies.withDefaults().failover().decide(inventory, Datacenter.readOnly("db3"));
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(inventory);
    private final VirtualTime time = new VirtualTime();
    private final ManagementCenter center = ManagementCenter.builder()
            .adapter(datacenter.hypervisor())
            .trafficDirector(datacenter.trafficDirector())
            .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
            .fencingDevice(datacenter.fencingDevice())
            .inventory(inventory)
            .scheduler(time)
            .build();

    @Test
    void aDecisionReadsAsASentence() {
        assertThat(decision)
                .redirects("db3")
                .to("db1")
                .because(Reason.SAME_TYPE_PRIMARY)
                .explained("db1")
                .and()
                .hasParts(1)
                .leavesAlone("mw1");
    }

    @Test
    void whatIsNotSoIsToldWithAllThatWasDecided() {
        fails(() -> assertThat(decision).redirects("mw1"), "mw1", "REDIRECTED", "db3");
        fails(() -> assertThat(decision).restarts("db3"), "RESTARTED", "db3 REDIRECTED");
        fails(() -> assertThat(decision).redirects("db3").to("db5"), "db5", "db1");
        fails(() -> assertThat(decision).redirects("db3").on("h1"), "h1", "none");
        fails(() -> assertThat(decision).redirects("db3").because(Reason.STALE), "STALE", "SAME_TYPE_PRIMARY");
        fails(() -> assertThat(decision).redirects("db3").explained("nonsense"), "nonsense");
        fails(() -> assertThat(decision).leavesAlone("db3"), "db3");
        fails(() -> assertThat(decision).hasParts(2), "2");
    }

    @Test
    void aPlanAnOutcomeAndAnInventoryDoToo() {
        DecisionOutcome outcome = submitted();

        assertThat(outcome)
                .isCarriedOut()
                .has(ActionKind.POWER_OFF, ActionResult.DONE)
                .tried(ActionKind.POWER_OFF, 1)
                .tried(ActionKind.CLONE, 0);
        assertThat(outcome).decision().redirects("db3").to("db1");
        assertThat(outcome)
                .plan()
                .hasSteps(ActionKind.POWER_OFF, ActionKind.REDIRECT)
                .doesNot(ActionKind.CLONE)
                .does(ActionKind.POWER_OFF, "db3")
                .on("h2")
                .before(ActionKind.REDIRECT, "db3")
                .and()
                .does(ActionKind.REDIRECT, "db3")
                .to("db1");
        assertThat(center.inventory())
                .hasNoVm("mw9")
                .vm("db3")
                .isOff()
                .is(VmHealth.FAILED)
                .isServedBy("db1")
                .vm("mw1")
                .runsOn("h1")
                .servesItself();
    }

    @Test
    void whatIsNotSoIsToldOfThemToo() {
        DecisionOutcome outcome = submitted();

        fails(() -> assertThat(outcome).isNotCarriedOut(), "DONE");
        fails(() -> assertThat(outcome).has(ActionKind.POWER_OFF, ActionResult.FAILED), "POWER_OFF", "FAILED");
        fails(() -> assertThat(outcome).tried(ActionKind.POWER_OFF, 2), "2", "1");
        fails(() -> assertThat(outcome.plan()).isEmpty(), "plan");
        fails(() -> assertThat(outcome.plan()).hasSteps(ActionKind.REDIRECT), "REDIRECT");
        fails(() -> assertThat(outcome.plan()).doesNot(ActionKind.POWER_OFF), "POWER_OFF");
        fails(() -> assertThat(outcome.plan()).does(ActionKind.POWER_OFF, "db1"), "db1");
        fails(
                () -> assertThat(outcome.plan())
                        .does(ActionKind.REDIRECT, "db3")
                        .before(ActionKind.POWER_OFF, "db3"),
                "wait for");
        fails(() -> assertThat(outcome.plan()).does(ActionKind.REDIRECT, "db3").to("db2"), "db2");
        fails(() -> assertThat(outcome.plan()).does(ActionKind.POWER_OFF, "db3").on("h1"), "h1");
        fails(() -> assertThat(center.inventory()).vm("mw9"), "mw9");
        fails(() -> assertThat(center.inventory()).hasNoVm("db3"), "db3");
        fails(() -> assertThat(center.inventory()).vm("db3").runsOn("h2"), "to run on h2");
        fails(() -> assertThat(center.inventory()).vm("mw1").isOff(), "to be off");
        fails(() -> assertThat(center.inventory()).vm("db3").isServedBy("db2"), "served by db2");
        fails(() -> assertThat(center.inventory()).vm("db3").servesItself(), "serve itself");
    }

    private DecisionOutcome submitted() {
        datacenter.inject(Datacenter.readOnly("db3"));
        CompletableFuture<DecisionOutcome> outcome =
                center.submit(Datacenter.readOnly("db3")).toCompletableFuture();
        time.runToEnd();
        return outcome.join();
    }

    private static void fails(ThrowingCallable assertion, String... told) {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(assertion)
                .satisfies(failure -> org.assertj.core.api.Assertions.assertThat(failure.getMessage())
                        .contains(told));
    }
}
