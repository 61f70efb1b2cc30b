package io.vmha.metrics;

import io.vmha.center.config.AutomationLevel;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.LoadSample;
import io.vmha.testkit.fault.Call;
import io.vmha.testkit.fault.Fault;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Four minutes in which a live center meets a bit of everything, so that every panel of the dashboard has something to show. */
final class LiveFaults {
    private static final String OPERATOR = "ann";
    private static final double FAILING_CALLS = 0.06;

    private final LiveCenter live;
    private final long began = System.nanoTime();
    private long reports;

    LiveFaults(LiveCenter live) {
        this.live = live;
    }

    /** Has it all happen, and returns at the end of it. */
    void happen() throws InterruptedException {
        vmsFail();
        anOperatorDecides();
        theCenterIsInTrouble();
        hostsAreLost();
        at(240);
    }

    private void vmsFail() throws InterruptedException {
        at(8);
        live.platform.randomly(FAILING_CALLS, new Random(1), Fault.TRANSIENT, Fault.ANSWER_LOST);
        at(10);
        fails("mw1", FaultKind.FILESYSTEM_READ_ONLY);
        at(20);
        hangs("mw3");
        at(40);
        live.platform.next(Call.POWER_OFF, Fault.PERMANENT);
        fails("db1", FaultKind.IO_ERROR);
        at(60);
        isRepaired("db1");
        loaded("mw4");
    }

    private void anOperatorDecides() throws InterruptedException {
        at(70);
        automation(AutomationLevel.PARTIAL);
        fails("mw2", FaultKind.DISK_FULL);
        at(85);
        approve();
        automation(AutomationLevel.FULL);
        at(95);
        var paused = live.center().pause(OPERATOR);
        fails("mw4", FaultKind.SERVICE_DOWN);
        at(110);
        var resumed = live.center().resume(OPERATOR);
    }

    private void theCenterIsInTrouble() throws InterruptedException {
        at(125);
        live.journal.failure = "no space left on device";
        fails("mw5", FaultKind.FILESYSTEM_READ_ONLY);
        at(132);
        live.journal.failure = null;
        at(145);
        live.losesItsLeadership();
        fails("db3", FaultKind.SERVICE_DOWN);
        at(149);
        live.isSucceeded(2);
        at(151);
        fails("db3", FaultKind.SERVICE_DOWN);
    }

    private void hostsAreLost() throws InterruptedException {
        at(165);
        live.datacenter.change(actual -> FaultEffects.apply(actual, unreachable("h2")));
        at(200);
        live.datacenter.change(actual -> FaultEffects.hostUp(actual, HostId.of("h2")));
        isBack("h2");
        at(208);
        Inventory before = live.datacenter.actual();
        networkFails("h1");
        networkFails("h3");
        at(224);
        live.datacenter.change(cutOff -> before);
        isBack("h1");
        isBack("h3");
        at(230);
        automation(AutomationLevel.PARTIAL);
        fails("mw6", FaultKind.IO_ERROR);
    }

    /** Waits, in real time: that is what a dashboard shows. */
    private void at(int second) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(TimeUnit.SECONDS.toNanos(second) - (System.nanoTime() - began));
    }

    /** A monitor finds it and reports it. */
    private void fails(String vm, FaultKind kind) {
        live.datacenter.inject(FaultReport.ofVm(VmId.of(vm), kind, Instant.now(), "monitor:" + vm, ++reports));
    }

    /** Nothing reports it: its heartbeats end. */
    private void hangs(String vm) {
        live.datacenter.change(
                actual -> actual.with(actual.requireVm(VmId.of(vm)).withHealth(VmHealth.FAILED)));
    }

    private FaultReport unreachable(String host) {
        return FaultReport.ofHost(HostId.of(host), FaultKind.HOST_UNREACHABLE, Instant.now(), "network", ++reports);
    }

    /** Most hosts cannot be reached: that is more likely the network than the hosts. */
    private void networkFails(String host) {
        live.datacenter.inject(unreachable(host));
    }

    private void isBack(String host) {
        var unused = live.center().hostUp(HostId.of(host));
    }

    private void isRepaired(String vm) {
        live.datacenter.change(actual -> FaultEffects.vmRepaired(actual, VmId.of(vm)));
        var unused = live.center().repaired(VmId.of(vm));
    }

    private void loaded(String vm) {
        var unused = live.center().load(new LoadSample(VmId.of(vm), 1, Optional.of(Resources.of(3_000, 8_192))));
    }

    private void automation(AutomationLevel level) {
        var unused = live.center().automation(level, OPERATOR);
    }

    private void approve() {
        var unused = live.center()
                .plans()
                .thenAccept(plans -> plans.stream()
                        .filter(plan -> plan.heldFor().isPresent())
                        .forEach(plan -> {
                            var approved = live.center().approve(plan.plan().id(), OPERATOR);
                        }));
    }
}
