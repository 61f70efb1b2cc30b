package io.vmha.sim;

import io.vmha.center.ManagementCenter;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.journal.CenterSettings;
import io.vmha.fault.FaultKind;
import io.vmha.model.ClusterRole;
import io.vmha.model.CpuPlatform;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.RackId;
import io.vmha.model.ReadingToken;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.LoadSample;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Lets the events of a course happen. Confined to the simulation's thread. */
final class Happenings {
    private static final String OPERATOR = "the simulation";

    private final Stage stage;
    private final SimulatedDatacenter datacenter;
    private final VirtualTime time;
    private final Outside outside;
    private final FaultyWorld world;
    private final CheckedJournal journal;
    private final SimulatedCenters centers;
    private final SimulatedReports reports;
    private final People people;

    Happenings(
            Stage stage,
            FaultyWorld world,
            CheckedJournal journal,
            SimulatedCenters centers,
            SimulatedReports reports,
            People people) {
        this.stage = stage;
        this.datacenter = stage.datacenter();
        this.time = stage.time();
        this.outside = stage.outside();
        this.world = world;
        this.journal = journal;
        this.centers = centers;
        this.reports = reports;
        this.people = people;
    }

    void happen(CourseEvent event) {
        VmId vm = event.vm();
        HostId host = event.host();
        int number = event.number();
        switch (event.kind()) {
            case VM_FAILS -> vmFails(vm, false);
            case VM_ISOLATES_ITSELF -> vmFails(vm, true);
            case VM_STOPS_UNTOLD -> vmStops(vm);
            case HOST_FAILS -> hostFails(host);
            case RACK_FAILS -> rackFails(host);
            case HOST_PARTITIONED -> hostPartitioned(host);
            case HOST_DEGRADED -> hostDegraded(host);
            case HOST_BACK -> hostBack(host, number % 3 == 0);
            case VM_REPAIRED -> repaired(vm);
            case VM_STARTED_UNTOLD -> startByHand(vm);
            case VM_MOVED_UNTOLD -> move(vm, number);
            case VM_RESIZED_UNTOLD -> resize(vm, number);
            case VM_ADDED -> addVm(host, number);
            case VM_DELETED -> deleteVm(vm);
            case HOST_ADDED -> addHost(number);
            case REPORT_REPEATED -> reports.repeat(number);
            case LOAD -> load(vm, number);
            case MAINTENANCE -> maintenance(host, number % 2 == 0);
            case DESIRED_OFF -> desired(vm, DesiredState.OFF);
            case DESIRED_RUNNING -> desired(vm, DesiredState.RUNNING);
            case DESIRED_UNMANAGED -> desired(vm, DesiredState.UNMANAGED);
            case LAG -> lag(vm, Optional.of(Duration.ofMillis(200L * number)));
            case LAG_UNKNOWN -> lag(vm, Optional.empty());
            case LAG_ACCEPTED -> acceptLag(vm);
            case RESYNC -> resync(Duration.ZERO);
            case RESYNC_STALE -> resync(Duration.ofMillis(200L * number));
            case APPROVAL -> people.approveAll(Duration.ZERO);
            case APPROVAL_LATE -> people.approveAll(Duration.ofMillis(300L * number));
            case REJECTION -> people.rejectAll();
            case PAUSE -> pause(true);
            case RESUME -> pause(false);
            case AUTOMATION -> automation(AutomationLevel.values()[number % AutomationLevel.values().length]);
            case CENTER_CRASHES -> centers.crash(Duration.ofMillis(100L * number));
            case CENTER_TAKES_OVER -> centers.takeOver(Duration.ofMillis(20L * number));
            case LEADERSHIP_LOST -> centers.loseLeadership(Duration.ofMillis(100L * number));
            case JOURNAL_FAILS -> journal.failNext(1 + number % 5);
            case CLOCK_JUMPS -> centers.latest().process().jumpClock(Duration.ofSeconds(number - 50));
            case POWER_OFF_FAILS -> world.failNext("power off " + vm);
            case ROUTE_FAILS -> world.failNext("route " + vm);
            case STREAM_BREAKS -> streamBreaks(vm, true);
            case STREAM_BACK -> streamBreaks(vm, false);
        }
    }

    private Optional<VirtualMachine> actual(VmId vm) {
        return datacenter.actual().vm(vm);
    }

    private Host hostOf(VirtualMachine vm) {
        return datacenter.actual().hostOf(vm);
    }

    private void change(VmId vm, UnaryOperator<VirtualMachine> change) {
        datacenter.change(actual -> actual.with(change.apply(actual.requireVm(vm))));
    }

    private void change(HostId host, UnaryOperator<Host> change) {
        datacenter.change(actual -> actual.with(change.apply(actual.requireHost(host))));
    }

    /** Only a VM that runs can notice that it fails. */
    private void vmFails(VmId id, boolean isolates) {
        if (actual(id).filter(vm -> vm.power() == PowerState.ON).isEmpty()) {
            return;
        }
        change(id, vm -> vm.withHealth(VmHealth.FAILED).withPower(isolates ? PowerState.OFF : vm.power()));
        world.forgetEffects("power on " + id);
        people.takeBack("repair of " + id);
        outside.failed(id);
        reports.ofVm(id, FaultKind.FILESYSTEM_READ_ONLY);
    }

    private void vmStops(VmId id) {
        actual(id).filter(vm -> vm.power() == PowerState.ON).ifPresent(running -> {
            change(id, vm -> vm.withPower(PowerState.OFF));
            world.forgetEffects("power on " + id);
        });
    }

    /** What runs on it stops, but works again once it is powered on. */
    private void hostFails(HostId id) {
        if (datacenter.actual().requireHost(id).health() == HostHealth.DOWN) {
            return;
        }
        change(id, host -> host.withHealth(HostHealth.DOWN));
        people.takeBack("host " + id);
        for (VirtualMachine lost : datacenter.actual().vmsOn(id)) {
            world.forgetEffects("power on " + lost.id());
            change(lost.id(), vm -> vm.withPower(PowerState.OFF));
            people.takeBack("repair of " + lost.id());
        }
        reports.ofHost(id, FaultKind.HOST_DOWN);
    }

    private void rackFails(HostId one) {
        Optional<RackId> rack = datacenter.actual().requireHost(one).rack();
        datacenter.actual().hosts().stream()
                .filter(host -> host.rack().equals(rack))
                .map(Host::id)
                .sorted()
                .toList()
                .forEach(this::hostFails);
    }

    private void hostPartitioned(HostId id) {
        if (datacenter.actual().requireHost(id).health().runsVms()) {
            change(id, host -> host.withHealth(HostHealth.UNREACHABLE));
            people.takeBack("host " + id);
            reports.ofHost(id, FaultKind.HOST_UNREACHABLE);
        }
    }

    private void hostDegraded(HostId id) {
        if (datacenter.actual().requireHost(id).health() == HostHealth.UP) {
            change(id, host -> host.withHealth(HostHealth.DEGRADED));
            reports.ofHost(id, FaultKind.HOST_DEGRADED);
        }
    }

    /** An operator brings a host back only once it is known that it was lost. */
    private void hostBack(HostId id, boolean startsVms) {
        if (datacenter.actual().requireHost(id).health() == HostHealth.UP || !reports.areTaken(id)) {
            return;
        }
        HostHealth before = datacenter.actual().requireHost(id).health();
        change(id, host -> host.withHealth(HostHealth.UP));
        world.forgetEffects("fence " + id);
        if (startsVms && before == HostHealth.DOWN) {
            datacenter.actual().vmsOn(id).forEach(vm -> start(vm));
        }
        people.say(
                "host " + id,
                center -> center.hostUp(id),
                center -> outside.toldUp(id, !before.runsVms() && isBelievedLost(id, center), center));
    }

    /** That a host is up tells nothing new of its VMs to a center that has seen it up meanwhile. */
    private static boolean isBelievedLost(HostId id, RunningCenter running) {
        return running.center()
                .flatMap(center -> center.inventory().host(id))
                .filter(host -> host.health().runsVms())
                .isEmpty();
    }

    private void start(VirtualMachine stopped) {
        if (stopped.power() == PowerState.OFF) {
            change(stopped.id(), vm -> vm.withPower(PowerState.ON).withHealth(VmHealth.HEALTHY));
            world.forgetEffects("power off " + stopped.id());
            outside.started(stopped.id(), stopped.host());
        }
    }

    /** Starts a VM where it is, if its host has the room; returns whether it runs then. */
    private boolean startByHand(VmId id) {
        Optional<VirtualMachine> found = actual(id);
        if (found.isEmpty() || hostOf(found.get()).health() != HostHealth.UP) {
            return false;
        }
        VirtualMachine vm = found.get();
        Resources others = datacenter.actual().without(id).vmsOn(vm.host()).stream()
                .map(VirtualMachine::allocation)
                .reduce(Resources.NONE, Resources::plus);
        if (!others.plus(vm.allocation()).fitsIn(hostOf(vm).capacity())) {
            return false;
        }
        start(vm);
        return true;
    }

    private void repaired(VmId id) {
        if (startByHand(id)) {
            change(id, vm -> vm.withHealth(VmHealth.HEALTHY));
            people.say("repair of " + id, center -> center.repaired(id), center -> {
                outside.toldWell(id, center);
                outside.elsewhereThanBelieved(id, !isBelievedWhereItIs(id, center));
            });
        }
    }

    private boolean isBelievedWhereItIs(VmId id, RunningCenter running) {
        Optional<HostId> believed =
                running.center().flatMap(center -> center.inventory().vm(id)).map(VirtualMachine::host);
        return believed.isPresent() && believed.equals(actual(id).map(VirtualMachine::host));
    }

    private void move(VmId id, int number) {
        Optional<VirtualMachine> found = actual(id);
        if (found.isEmpty() || hostOf(found.get()).health() != HostHealth.UP) {
            return;
        }
        Host from = hostOf(found.get());
        List<Host> targets = datacenter.actual().hosts().stream()
                .filter(host -> host.health() == HostHealth.UP && host.role() == from.role() && host != from)
                .filter(host ->
                        found.get().allocation().fitsIn(datacenter.actual().freeOn(host.id())))
                .sorted(Comparator.comparing(Host::id))
                .toList();
        if (!targets.isEmpty()) {
            Host to = targets.get(number % targets.size());
            change(id, vm -> vm.withHost(to.id()));
            outside.moved(id, from.id(), to.id());
            world.forgetEffects("migrate " + id);
        }
    }

    private void resize(VmId id, int number) {
        actual(id).ifPresent(vm -> {
            Resources other = Resources.of(1_000 + 20 * number, 8_192);
            Resources others = datacenter.actual().without(id).allocatedOn(vm.host());
            if (others.plus(other).fitsIn(hostOf(vm).capacity())) {
                change(id, found -> found.withAllocation(other));
                outside.resized(id, vm.host());
                world.forgetEffects("reallocate " + id);
                centers.all().forEach(RunningCenter::tellOtherwise);
            }
        });
    }

    private void addVm(HostId host, int number) {
        VmType type = number % 2 == 0 ? VmType.MIDDLEWARE : VmType.DATABASE;
        VmId id = VmId.of((number % 2 == 0 ? "mw9" : "db9") + number);
        VirtualMachine added = VirtualMachine.builder()
                .id(id)
                .type(type)
                .host(host)
                .allocation(Resources.of(1_000, 4_096))
                .build();
        boolean fits = added.allocation().fitsIn(datacenter.actual().freeOn(host));
        if (actual(id).isPresent()
                || !fits
                || datacenter.actual().requireHost(host).health() != HostHealth.UP) {
            return;
        }
        datacenter.change(actual -> actual.with(added));
        outside.started(id, host);
        tellOfVms();
        people.say("existence of " + id, center -> center.add(added), center -> outside.toldOf(id, center));
    }

    private void deleteVm(VmId id) {
        if (actual(id).isEmpty() || !hostOf(actual(id).get()).health().runsVms()) {
            return;
        }
        datacenter.change(actual -> actual.without(id));
        tellOfVms();
        people.say("existence of " + id, center -> center.remove(id), center -> {});
    }

    private void tellOfVms() {
        centers.all().forEach(RunningCenter::tellOtherwise);
    }

    private void addHost(int number) {
        HostId id = HostId.of("h9" + number);
        Host added = Host.builder()
                .id(id)
                .role(number % 2 == 0 ? ClusterRole.PRIMARY : ClusterRole.STANDBY)
                .capacity(Resources.of(12_000, 65_536))
                .rack(RackId.of("r" + (1 + number % 3)))
                .cpuPlatform(CpuPlatform.parse("xeon-5500/0x11"))
                .build();
        if (datacenter.actual().host(id).isEmpty()) {
            datacenter.change(actual -> actual.with(added));
            people.say("existence of " + id, center -> center.add(added), center -> {});
        }
    }

    private void load(VmId vm, int number) {
        LoadSample sample = new LoadSample(vm, number / 60.0, Optional.of(Resources.of(2_000 + 40L * number, 8_192)));
        boolean isRelieved = sample.load() <= stage.course().failover().loadThreshold();
        centers.tellCurrent(center -> {
            centers.latest().tellOtherwise();
            outside.toldRelieved(vm, isRelieved, centers.latest());
            if (isRelieved && stage.mutation() == Mutation.RELIEF_IGNORED) {
                return;
            }
            var unused = center.load(sample);
        });
    }

    private void maintenance(HostId host, boolean on) {
        people.say(
                "maintenance of " + host,
                center -> center.maintenance(host, on, OPERATOR),
                center -> outside.toldInMaintenance(host, on, center),
                () -> checkWrittenDown(
                        journal.isWrittenDown(host, on), () -> "that maintenance of " + host + " is " + on));
    }

    private void desired(VmId vm, DesiredState state) {
        outside.servedAndWantedOff(vm, false);
        outside.leftAlone(vm, state != DesiredState.RUNNING);
        AtomicLong toldFirst = new AtomicLong();
        Function<ManagementCenter, CompletionStage<?>> call = center -> {
            CompletionStage<?> taken = center.desired(vm, state, OPERATOR);
            var unused = taken.thenRun(() -> outside.wantedAsTold(vm));
            return taken;
        };
        people.say(
                "desired state of " + vm,
                call,
                center -> {
                    outside.toldNotToRun(vm, state != DesiredState.RUNNING, center);
                    // What went down before any center heard of it may be off for all that one knows.
                    // One that ended before it wrote anything down is as none.
                    if (journal.wasFirst() || toldFirst.get() < journal.firstEpoch()) {
                        toldFirst.set(center.epoch());
                        outside.servedAndWantedOff(vm, state == DesiredState.OFF && isServed(vm));
                    }
                },
                () -> checkWrittenDown(
                        actual(vm).isEmpty() || journal.isWrittenDown(vm, state),
                        () -> "that " + vm + " is to be " + state));
    }

    private boolean isServed(VmId vm) {
        return actual(vm)
                .flatMap(found -> actual(datacenter.serverOf(vm)))
                .filter(server -> server.isServing()
                        && datacenter.actual().hostOf(server).health().runsVms())
                .isPresent();
    }

    private void lag(VmId id, Optional<Duration> lag) {
        if (actual(id).filter(vm -> vm.type().equals(VmType.DATABASE)).isEmpty()) {
            return;
        }
        Optional<Duration> limit = stage.course().failover().maxReplicationLag();
        // Of the one that writes no lag is meant.
        boolean isReplica = actual(id)
                .flatMap(datacenter::memberOf)
                .filter(datacenter.writers()::contains)
                .isEmpty();
        boolean isTooFar = limit.isPresent()
                && isReplica
                && lag.map(far -> far.compareTo(limit.get()) > 0).orElse(true);
        people.say("lag of " + id, center -> center.replicationLag(id, lag), center -> {
            if (lag.filter(Duration::isZero).isPresent()) {
                outside.toldLagAccepted(id, false);
            }
            outside.toldLagging(id, isTooFar, center);
        });
        if (lag.isPresent() && isReplica) {
            outside.lagTold(id);
        }
    }

    private void streamBreaks(VmId id, boolean broken) {
        actual(id)
                .flatMap(datacenter::memberOf)
                .ifPresent(member -> datacenter.replicaSets().stream()
                        .filter(set -> set.has(member))
                        .forEach(set -> set.breakStream(member, broken)));
    }

    /** Every replica receives again what its source has. */
    void streamsBack() {
        datacenter.actual().vms().forEach(vm -> streamBreaks(vm.id(), false));
    }

    private void acceptLag(VmId id) {
        if (actual(id).isPresent()) {
            people.say(
                    "accepted lag of " + id,
                    center -> center.acceptReplicationLag(id, OPERATOR),
                    center -> outside.toldLagAccepted(id, true));
        }
    }

    /** Takes a token, reads, and hands the reading over, at once or later. */
    void resync(Duration later) {
        RunningCenter running = centers.latest();
        running.center().ifPresent(center -> {
            var unused = center.beginReading().thenAccept(token -> {
                PlatformSnapshot seen = world.snapshot();
                time.schedule(later, () -> observe(running, token, seen));
            });
        });
    }

    private void observe(RunningCenter running, ReadingToken token, PlatformSnapshot seen) {
        running.center().ifPresent(center -> {
            running.tellOtherwise();
            var unused = center.observe(token, seen);
        });
    }

    void pause(boolean on) {
        boolean isLost = !on && stage.mutation() == Mutation.RESUME_IGNORED;
        boolean isPause = on || isLost;
        people.say(
                isLost ? "nothing" : "pause",
                center -> isPause ? center.pause(OPERATOR) : center.resume(OPERATOR),
                center -> {},
                () -> checkSettings(settings -> settings.isPaused() == isPause));
    }

    private void automation(AutomationLevel level) {
        people.say(
                "automation",
                center -> center.automation(level, OPERATOR),
                center -> {},
                () -> checkSettings(
                        settings -> settings.automation().filter(level::equals).isPresent()));
    }

    private void checkSettings(Predicate<CenterSettings> areTaken) {
        checkWrittenDown(
                journal.settings().filter(areTaken).isPresent(), () -> "what was chosen, not " + journal.settings());
    }

    private static void checkWrittenDown(boolean isWrittenDown, Supplier<String> what) {
        Violation.check(isWrittenDown, 4, () -> "a center took, and has not written down, " + what.get());
    }
}
