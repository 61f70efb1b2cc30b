package io.vmha.sim;

import com.google.common.collect.Lists;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableHost;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.LoadSample;
import java.time.Duration;
import java.util.Optional;

/** Lets the faults of a course happen. Confined to the simulation's thread. */
final class FaultInjection {
    private final SimulatedCourse course;
    private final SimulatedDatacenter datacenter;
    private final VirtualTime time;
    private final FaultyWorld world;
    private final CheckedJournal journal;
    private final SimulatedCenters centers;
    private final SimulatedReports reports;

    FaultInjection(
            Stage stage,
            FaultyWorld world,
            CheckedJournal journal,
            SimulatedCenters centers,
            SimulatedReports reports) {
        this.course = stage.course();
        this.datacenter = stage.datacenter();
        this.time = stage.time();
        this.world = world;
        this.journal = journal;
        this.centers = centers;
        this.reports = reports;
    }

    void happen(SimulatedFault fault) {
        switch (fault.kind()) {
            case VM_FAILS -> vmFails(fault.vm(), false);
            case VM_ISOLATES_ITSELF -> vmFails(fault.vm(), true);
            case HOST_FAILS -> hostFails(fault.host());
            case RACK_FAILS -> rackFails(fault.host());
            case HOST_PARTITIONED -> hostPartitioned(fault.host());
            case HOST_BACK -> hostBack(fault.host());
            case VM_REPAIRED -> repair(fault.vm());
            case REPORT_REPEATED -> reports.repeat(fault.number());
            case LOAD -> load(fault.vm(), fault.number());
            case MAINTENANCE ->
                centers.tellCurrent(center -> {
                    var unused = center.maintenance(fault.host(), fault.number() % 2 == 0);
                });
            case CENTER_CRASHES -> centers.crash(Duration.ofMillis(100L * fault.number()));
            case CENTER_TAKES_OVER -> centers.takeOver(Duration.ofMillis(20L * fault.number()));
            case LEADERSHIP_LOST -> centers.loseLeadership(Duration.ofMillis(100L * fault.number()));
            case JOURNAL_FAILS -> journal.failNext(1 + fault.number() % 5);
            case CLOCK_JUMPS -> centers.latest().process().jumpClock(Duration.ofSeconds(fault.number() - 50));
            case APPROVAL -> approveAll();
        }
    }

    /** Only a machine that runs can notice that it fails. */
    private void vmFails(VmId vm, boolean isolates) {
        if (datacenter.actual().requireVm(vm).power() != PowerState.ON) {
            return;
        }
        datacenter.change(actual -> actual.with(ImmutableVirtualMachine.copyOf(actual.requireVm(vm))
                .withHealth(VmHealth.FAILED)
                .withPower(isolates ? PowerState.OFF : actual.requireVm(vm).power())));
        world.forgetEffects("power on " + vm);
        reports.ofVm(vm);
    }

    private void hostFails(HostId host) {
        datacenter.actual().vmsOn(host).forEach(vm -> world.forgetEffects("power on " + vm.id()));
        FaultReport report = reports.ofHost(host, FaultKind.HOST_DOWN);
        // What runs on it stops, but works again once it is powered on.
        datacenter.change(actual -> FaultEffects.apply(actual, report)
                .withAll(Lists.transform(
                        actual.vmsOn(host).stream().toList(),
                        vm -> ImmutableVirtualMachine.copyOf(vm).withPower(PowerState.OFF))));
    }

    private void rackFails(HostId one) {
        course.inventory().hosts().stream()
                .filter(host ->
                        host.rack().equals(course.inventory().requireHost(one).rack()))
                .map(Host::id)
                .sorted()
                .forEach(this::hostFails);
    }

    private void hostPartitioned(HostId host) {
        if (datacenter.actual().requireHost(host).health() == HostHealth.UP) {
            hostHealth(host, HostHealth.UNREACHABLE);
        }
        reports.ofHost(host, FaultKind.HOST_UNREACHABLE);
    }

    private void hostHealth(HostId host, HostHealth health) {
        datacenter.change(actual ->
                actual.with(ImmutableHost.copyOf(actual.requireHost(host)).withHealth(health)));
    }

    /** An operator brings a host back only once it is known that it was lost. */
    private void hostBack(HostId host) {
        if (!reports.areOpened(host)) {
            return;
        }
        hostHealth(host, HostHealth.UP);
        journal.hostBack(host, time.now());
        world.forgetEffects("fence " + host);
        centers.tellCurrent(center -> {
            var unused = center.update(known -> withPowerRead(FaultEffects.hostUp(known, host), host));
        });
    }

    /** Who brings a host back sees which of its machines are off. */
    private Inventory withPowerRead(Inventory known, HostId host) {
        Inventory read = known;
        for (VirtualMachine vm : datacenter.actual().vmsOn(host)) {
            VirtualMachine believed = known.requireVm(vm.id());
            if (believed.host().equals(host) && vm.power() == PowerState.OFF) {
                read = read.with(ImmutableVirtualMachine.copyOf(believed).withPower(PowerState.OFF));
            }
        }
        return read;
    }

    private void load(VmId vm, int number) {
        LoadSample sample = new LoadSample(vm, number / 60.0, Optional.of(Resources.of(2_000 + 40L * number, 8_192)));
        centers.tellCurrent(center -> {
            centers.latest().tellLoads();
            var unused = center.load(sample);
        });
    }

    /** An operator repairs a machine only while no plan is open. */
    private void repair(VmId vm) {
        boolean isUp =
                datacenter.actual().hostOf(datacenter.actual().requireVm(vm)).health() == HostHealth.UP;
        if (isUp && journal.hasNoOpenPlans() && reports.areAllOpened()) {
            datacenter.change(actual -> FaultEffects.vmRepaired(actual, vm));
            centers.tellCurrent(center -> {
                var unused = center.repaired(vm);
            });
        }
    }

    void approveAll() {
        centers.tellCurrent(center -> journal.openPlans().forEach(plan -> {
            var unused = center.approve(plan, "the simulation");
        }));
    }
}
