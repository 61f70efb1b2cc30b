package io.vmha.sim;

import io.vmha.adapter.CallContext;
import io.vmha.center.CenterConfig;
import io.vmha.center.ImmutableCenterConfig;
import io.vmha.center.JournalException;
import io.vmha.center.Leadership;
import io.vmha.center.ManagementCenter;
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
import io.vmha.model.VmType;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.FencingMode;
import io.vmha.policy.LoadSample;
import io.vmha.policy.PrimaryThenStandbyPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * Runs one course: the center's real code, single-threaded in virtual time, while faults are injected; checks the
 * invariants after every step. Made for one run and thrown away.
 */
final class Simulation implements FaultyWorld.Judge {
    private static final long MAX_STEPS = 200_000;

    /** A center, the process that it runs in, and what it believes of its leadership. */
    private static final class Running {
        private final CenterProcess process;
        private final long epoch;
        private boolean believesToLead = true;
        private Optional<ManagementCenter> center = Optional.empty();
        private Inventory checked = Inventory.empty();

        private Running(CenterProcess process, long epoch) {
            this.process = process;
            this.epoch = epoch;
        }
    }

    private final SimulatedCourse course;
    private final Mutation mutation;
    private final FaultCounts counts = new FaultCounts();
    private final VirtualTime time = new VirtualTime();
    private final SplittableRandom random;
    private final SimulatedDatacenter datacenter;
    private final FaultyWorld world;
    private final CheckedJournal journal;
    private final Map<FaultReport, Boolean> reports = new LinkedHashMap<>();
    private final Map<String, Long> sequences = new LinkedHashMap<>();
    private final List<Running> centers = new ArrayList<>();
    private long epoch;
    private boolean injecting = true;

    private Simulation(SimulatedCourse course, Mutation mutation) {
        this.course = course;
        this.mutation = mutation;
        this.random = new SplittableRandom(course.seed() ^ 0x5DEECE66DL);
        this.datacenter = new SimulatedDatacenter(course.inventory());
        this.journal = new CheckedJournal(mutation, counts);
        this.world = new FaultyWorld(datacenter, random, mutation, counts, this);
    }

    /** Runs a course and returns the faults that were injected; throws a {@link Violation} where an invariant broke. */
    static FaultCounts run(SimulatedCourse course, Mutation mutation) {
        Simulation simulation = new Simulation(course, mutation);
        simulation.run();
        return simulation.counts;
    }

    private void run() {
        world.errorRate(course.errorRate());
        start();
        course.faults().forEach(fault -> time.schedule(fault.at(), () -> happen(fault)));
        steps();
        settle();
        checkEnd();
    }

    private void steps() {
        long steps = 0;
        while (time.step()) {
            for (Running running : centers) {
                if (running.process.isAlive() && running.center.isPresent()) {
                    Inventory known = running.center.get().inventory();
                    if (known != running.checked) {
                        checkCapacity(known);
                        running.checked = known;
                    }
                }
            }
            Violation.check(++steps < MAX_STEPS, 4, "the simulation does not come to an end");
        }
    }

    /** Lets the faults end, reports again what nobody took, approves what waits, and lets everything come to its end. */
    private void settle() {
        injecting = false;
        world.errorRate(0);
        for (int round = 0; round < 20; round++) {
            if (current().isEmpty()) {
                start();
            }
            steps();
            reports.keySet().stream()
                    .filter(report -> !journal.isOpened(report) && !isSuperseded(report))
                    .forEach(this::submit);
            steps();
            approveAll();
            steps();
        }
    }

    private Optional<ManagementCenter> current() {
        Running latest = centers.get(centers.size() - 1);
        return latest.process.isAlive() ? latest.center : Optional.empty();
    }

    /** Starts a center in a later epoch on what there really is and what the journal holds. */
    private void start() {
        Running running = new Running(new CenterProcess(time, random), ++epoch);
        centers.add(running);
        Leadership leadership = () -> running.believesToLead || mutation == Mutation.LEADERSHIP_IGNORED
                ? OptionalLong.of(running.epoch)
                : OptionalLong.empty();
        try {
            running.center = Optional.of(ManagementCenter.builder()
                    .adapter(world.hypervisor())
                    .trafficDirector(world.trafficDirector())
                    .fencingDevice(world.fencingDevice())
                    .databasePromoter(datacenter.databasePromoter())
                    .inventory(knownInventory())
                    .failover(failover())
                    .config(config())
                    .policy(new CheckedPolicy(PrimaryThenStandbyPolicy.withDefaults(), mutation))
                    .journal(journal)
                    .leadership(leadership)
                    .random(random)
                    .scheduler(running.process)
                    .build());
        } catch (JournalException refused) {
            running.process.crash();
        }
    }

    private FailoverConfig failover() {
        return mutation == Mutation.REDIRECT_BEFORE_FENCING
                ? FailoverConfig.builder()
                        .putFencing(VmType.DATABASE, FencingMode.BEST_EFFORT)
                        .build()
                : FailoverConfig.defaults();
    }

    private CenterConfig config() {
        return mutation == Mutation.NO_STORM_GUARD
                ? ImmutableCenterConfig.copyOf(course.config()).withStormGuard(Optional.empty())
                : course.config();
    }

    /** What an orchestrator knows when a center starts: place, power and size, not health. */
    private Inventory knownInventory() {
        Inventory known = datacenter.actual();
        for (VirtualMachine vm : course.inventory().vms()) {
            known = known.with(
                    ImmutableVirtualMachine.copyOf(datacenter.actual().requireVm(vm.id()))
                            .withHealth(VmHealth.HEALTHY));
        }
        for (Host host : course.inventory().hosts()) {
            Host actual = known.requireHost(host.id());
            Resources capacity =
                    mutation == Mutation.OVERCOMMITTED_HOST ? Resources.of(1_000_000, 1_000_000) : actual.capacity();
            known = known.with(
                    ImmutableHost.copyOf(actual).withHealth(HostHealth.UP).withCapacity(capacity));
        }
        return known;
    }

    private void happen(SimulatedFault fault) {
        if (!injecting) {
            return;
        }
        counts.add(fault.kind().name());
        switch (fault.kind()) {
            case VM_FAILS -> vmFails(fault.vm(), false);
            case VM_ISOLATES_ITSELF -> vmFails(fault.vm(), true);
            case HOST_FAILS -> hostFails(fault.host());
            case RACK_FAILS ->
                course.inventory().hosts().stream()
                        .filter(host -> host.rack()
                                .equals(course.inventory()
                                        .requireHost(fault.host())
                                        .rack()))
                        .map(Host::id)
                        .sorted()
                        .forEach(this::hostFails);
            case HOST_PARTITIONED -> {
                if (datacenter.actual().requireHost(fault.host()).health() == HostHealth.UP) {
                    hostHealth(fault.host(), HostHealth.UNREACHABLE);
                }
                reportHost(fault.host(), FaultKind.HOST_UNREACHABLE);
            }
            case HOST_BACK -> hostBack(fault.host());
            case VM_REPAIRED -> repair(fault.vm());
            case REPORT_REPEATED ->
                reports.keySet().stream().skip(fault.number() % 7).findFirst().ifPresent(this::submit);
            case LOAD ->
                current().ifPresent(center -> {
                    var unused = center.load(new LoadSample(
                            fault.vm(),
                            fault.number() / 60.0,
                            Optional.of(Resources.of(2_000 + 40L * fault.number(), 8_192))));
                });
            case MAINTENANCE ->
                current().ifPresent(center -> {
                    var unused = center.maintenance(fault.host(), fault.number() % 2 == 0);
                });
            case CENTER_CRASHES -> {
                centers.get(centers.size() - 1).process.crash();
                time.schedule(Duration.ofMillis(100L * fault.number()), this::startIfNone);
            }
            case CENTER_TAKES_OVER -> takeOver(fault.number());
            case JOURNAL_FAILS -> journal.failNext(1 + fault.number() % 5);
            case CLOCK_JUMPS ->
                centers.get(centers.size() - 1).process.jumpClock(Duration.ofSeconds(fault.number() - 50));
            case APPROVAL -> approveAll();
        }
    }

    private void startIfNone() {
        if (current().isEmpty()) {
            start();
        }
    }

    /** A second center leads while the first still believes that it does, for a while. */
    private void takeOver(int number) {
        Running before = centers.get(centers.size() - 1);
        start();
        time.schedule(Duration.ofMillis(20L * number), () -> before.believesToLead = false);
    }

    private void vmFails(VmId vm, boolean isolates) {
        datacenter.change(actual -> actual.with(ImmutableVirtualMachine.copyOf(actual.requireVm(vm))
                .withHealth(VmHealth.FAILED)
                .withPower(isolates ? PowerState.OFF : actual.requireVm(vm).power())));
        report(FaultReport.ofVm(vm, SimulatedFault.VM_FAULT, time.now(), "monitor:" + vm, next("monitor:" + vm)));
    }

    private void hostFails(HostId host) {
        datacenter.inject(reportHost(host, FaultKind.HOST_DOWN));
    }

    private FaultReport reportHost(HostId host, FaultKind kind) {
        FaultReport report = FaultReport.ofHost(host, kind, time.now(), "watch", next("watch"));
        report(report);
        return report;
    }

    private long next(String source) {
        return sequences.merge(source, 1L, Long::sum);
    }

    private void hostHealth(HostId host, HostHealth health) {
        datacenter.change(actual ->
                actual.with(ImmutableHost.copyOf(actual.requireHost(host)).withHealth(health)));
    }

    private void hostBack(HostId host) {
        hostHealth(host, HostHealth.UP);
        journal.hostBack(host);
        current().ifPresent(center -> {
            var unused = center.update(known -> FaultEffects.hostUp(known, host));
        });
    }

    /** An operator repairs a machine only while no plan is open. */
    private void repair(VmId vm) {
        boolean isUp =
                datacenter.actual().hostOf(datacenter.actual().requireVm(vm)).health() == HostHealth.UP;
        if (isUp && journal.hasNoOpenPlans() && reports.keySet().stream().allMatch(journal::isOpened)) {
            datacenter.change(actual -> FaultEffects.vmRepaired(actual, vm));
            current().ifPresent(center -> {
                var unused = center.repaired(vm);
            });
        }
    }

    /** A report arrives late, and so perhaps after a later one. */
    private void report(FaultReport report) {
        reports.put(report, true);
        time.schedule(Duration.ofMillis(random.nextInt(3_000)), () -> submit(report));
    }

    private void submit(FaultReport report) {
        if (mutation == Mutation.REPORT_LOST && report.sequence() % 3 == 0) {
            return;
        }
        current().ifPresent(center -> {
            var unused = center.submit(report);
        });
    }

    private boolean isSuperseded(FaultReport report) {
        return reports.keySet().stream()
                .anyMatch(other -> other.source().equals(report.source())
                        && other.subject().equals(report.subject())
                        && other.sequence() > report.sequence()
                        && journal.isOpened(other));
    }

    private void approveAll() {
        current()
                .ifPresent(center -> journal.openPlans().forEach(plan -> {
                    var unused = center.approve(plan, "the simulation");
                }));
    }

    @Override
    public boolean isStormOpen(CallContext call) {
        if (course.config().stormGuard().isEmpty()
                || journal.isApproved(call.plan().orElseThrow())) {
            return false;
        }
        Instant issuedAt = process(call.epoch()).callIssuedAt();
        return journal.lostHosts(issuedAt, course.config().stormGuard().get().window())
                        / (double) course.inventory().hosts().size()
                > course.config().stormGuard().get().maxHostFraction();
    }

    private CenterProcess process(long leader) {
        return centers.get((int) leader - 1).process;
    }

    @Override
    public void checkMayAct(CallContext call) {
        Violation.check(
                journal.intends(call.plan().orElseThrow(), call.step(), call.epoch()),
                4,
                "an effect of plan " + call.plan() + " step " + call.step() + " without its intent written down");
        Running actor = centers.get((int) call.epoch() - 1);
        Violation.check(
                actor.believesToLead || !actor.process.isAlive(),
                7,
                "the center of epoch " + call.epoch() + " acted after it lost its leadership");
    }

    private void checkCapacity(Inventory inventory) {
        for (Host host : course.inventory().hosts()) {
            Resources given = inventory.vmsOn(host.id()).stream()
                    .filter(vm -> !isLeftBehind(vm))
                    .map(VirtualMachine::allocation)
                    .reduce(Resources.of(0, 0), Resources::plus);
            Violation.check(given.fitsIn(host.capacity()), 5, host.id() + " is given more than it has: " + given);
        }
    }

    /** A machine that is off where it always was; its room may have been given to others, as it is to be made anew. */
    private boolean isLeftBehind(VirtualMachine vm) {
        return vm.power() != PowerState.ON
                && vm.host().equals(course.inventory().requireVm(vm.id()).host());
    }

    private void checkEnd() {
        journal.checkAllClosed();
        for (FaultReport report : reports.keySet()) {
            Violation.check(journal.isOpened(report) || isSuperseded(report), 4, "no outcome for " + report);
        }
        Inventory known = current().orElseThrow().inventory();
        for (VirtualMachine vm : known.vms()) {
            VmId server = datacenter.serverOf(vm.id());
            Violation.check(
                    vm.servedBy().orElse(vm.id()).equals(server) || journal.isExcused(vm.id()),
                    9,
                    vm.id() + " is believed to be served by " + vm.servedBy() + " and is by " + server);
            boolean isLost = known.requireVm(server).health() == VmHealth.FAILED;
            Violation.check(
                    !isLost || journal.isExcused(vm.id()) || journal.isExcused(server),
                    9,
                    "the share of " + vm.id() + " is with " + server + ", which failed, and nobody was told");
        }
    }
}
