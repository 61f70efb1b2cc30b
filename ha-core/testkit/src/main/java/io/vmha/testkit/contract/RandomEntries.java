package io.vmha.testkit.contract;

import io.vmha.center.config.AutomationLevel;
import io.vmha.center.event.ActionResult;
import io.vmha.center.journal.CenterSettings;
import io.vmha.center.journal.DesiredExport;
import io.vmha.center.journal.HostState;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.Leftover;
import io.vmha.center.journal.OpenFault;
import io.vmha.center.journal.ReplicaSetState;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.CommitRule;
import io.vmha.model.CpuPlatform;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.ObservedCommitRule;
import io.vmha.model.PowerState;
import io.vmha.model.RackId;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionBatch;
import io.vmha.policy.Explanation;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Makes journal entries of every kind by chance, with names and texts that are hard to write down. */
public final class RandomEntries {
    private static final String[] NAMES = {"h1", "a/b", "名前", "with space", "1/x/VM/y", "é\"<>&", "z".repeat(40)};

    private final Random random;
    private long lastPlan;

    /** Makes a source of entries that a seed decides. */
    public RandomEntries(long seed) {
        this.random = new Random(seed);
    }

    /** Returns up to that many entries. */
    public List<JournalEntry> upTo(int most) {
        return list(most, this::next);
    }

    private JournalEntry next() {
        return switch (random.nextInt(19)) {
            case 0, 1 ->
                new JournalEntry.PlanOpened(
                        instant(),
                        1 + random.nextInt(3),
                        optional(this::report),
                        decision(),
                        plan(openedPlan()),
                        random.nextBoolean());
            case 2 -> new JournalEntry.ReportTaken(instant(), report());
            case 3 ->
                new JournalEntry.StepStarted(
                        planId(), random.nextInt(4), 1 + random.nextInt(3), action(), random.nextLong(), instant());
            case 4 ->
                new JournalEntry.StepEnded(
                        planId(),
                        random.nextInt(4),
                        random.nextInt(3),
                        action(),
                        constant(ActionResult.values()),
                        constant(NAMES).repeat(random.nextInt(300)),
                        instant());
            case 5 -> new JournalEntry.PlanApproved(planId(), constant(NAMES));
            case 6 -> new JournalEntry.PlanClosed(planId());
            case 7 -> new JournalEntry.VmNoted(vmState());
            case 8 -> new JournalEntry.HostNoted(hostState());
            case 9 -> new JournalEntry.VmForgotten(vmId());
            case 10 -> new JournalEntry.HostForgotten(hostId());
            case 11 -> new JournalEntry.VmRecovered(vmId(), instant());
            case 12 -> new JournalEntry.ReplicaSetNoted(replicaSet());
            case 13 -> new JournalEntry.LeftBehind(leftover());
            case 14 -> new JournalEntry.LeftoverDeleted(leftover());
            case 15 -> new JournalEntry.RecoveriesCleared(vmId());
            case 17 -> new JournalEntry.VmAway(vmId(), hostId(), hostId());
            case 16 -> new JournalEntry.HostReturned(hostId(), list(3, this::instant));
            default ->
                new JournalEntry.SettingsChanged(
                        new CenterSettings(random.nextBoolean(), optional(() -> constant(AutomationLevel.values()))));
        };
    }

    /** Few moments, so that what is deleted was often left behind before. */
    private Leftover leftover() {
        return new Leftover(vmId(), hostId(), constant(NAMES), Instant.ofEpochSecond(random.nextInt(2)));
    }

    /** What may be desired, each VM, host, type and leftover once. */
    public DesiredExport desired() {
        Map<VmId, DesiredExport.Vm> vms = new TreeMap<>();
        list(6, this::vmId)
                .forEach(id -> vms.put(
                        id,
                        new DesiredExport.Vm(
                                id,
                                constant(DesiredState.values()),
                                optional(this::vmId),
                                Set.copyOf(list(4, () -> constant(VmState.Flag.values()))),
                                list(3, this::fault))));
        Map<HostId, DesiredExport.Host> hosts = new TreeMap<>();
        list(4, this::hostId).forEach(id -> hosts.put(id, new DesiredExport.Host(id, random.nextBoolean())));
        Map<ReplicaSetId, ReplicaSetState> sets = new TreeMap<>();
        list(3, this::replicaSet).forEach(set -> sets.put(set.id(), set));
        return new DesiredExport(
                new CenterSettings(random.nextBoolean(), optional(() -> constant(AutomationLevel.values()))),
                List.copyOf(vms.values()),
                List.copyOf(hosts.values()),
                List.copyOf(sets.values()),
                List.copyOf(Set.copyOf(list(3, this::leftover))));
    }

    private ReplicaSetState replicaSet() {
        ReplicaSetId id = ReplicaSetId.of(constant(NAMES));
        ReplicaSetState set = replicaSet(id);
        return set.lastWriter().isPresent() ? set.withOtherwise(optional(() -> replicaSet(id))) : set;
    }

    private ReplicaSetState replicaSet(ReplicaSetId id) {
        return new ReplicaSetState(
                id,
                random.nextInt(9),
                optional(this::memberId),
                Set.copyOf(list(3, this::memberId)),
                optional(this::commitRule),
                Optional.empty());
    }

    private VmState vmState() {
        return new VmState(
                vm(),
                Set.copyOf(list(3, this::hostId)),
                constant(DesiredState.values()),
                list(3, this::fault),
                Set.copyOf(list(3, () -> constant(VmState.Flag.values()))),
                optional(this::instant),
                optional(this::instant));
    }

    private HostState hostState() {
        return new HostState(host(), optional(this::fault), random.nextBoolean(), optional(this::instant));
    }

    private OpenFault fault() {
        return new OpenFault(report(), instant());
    }

    private <T> T constant(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private <T> Optional<T> optional(Supplier<T> value) {
        return random.nextBoolean() ? Optional.of(value.get()) : Optional.empty();
    }

    private <T> List<T> list(int most, Supplier<T> value) {
        List<T> values = new ArrayList<>();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            values.add(value.get());
        }
        return values;
    }

    private Instant instant() {
        return Instant.ofEpochSecond(random.nextLong() >> 30, random.nextInt(1_000_000_000));
    }

    private VmId vmId() {
        return VmId.of(constant(NAMES));
    }

    private HostId hostId() {
        return HostId.of(constant(NAMES));
    }

    private PlanId planId() {
        return new PlanId(1 + Math.max(0, lastPlan - random.nextInt(8)));
    }

    private ClusterRole role() {
        return constant(ClusterRole.values());
    }

    private Resources resources() {
        return Resources.of(1 + random.nextInt(100_000), 1 + (random.nextLong() >>> 20));
    }

    private FaultReport report() {
        FaultKind kind = constant(FaultKind.values());
        return FaultReport.builder()
                .subject(
                        kind.scope() == FaultKind.Scope.VM
                                ? new FaultSubject.OfVm(vmId())
                                : new FaultSubject.OfHost(hostId()))
                .kind(kind)
                .observedAt(instant())
                .source(constant(NAMES))
                .sequence(random.nextLong() >>> 1)
                .build();
    }

    private Map<String, String> labels() {
        Map<String, String> labels = new TreeMap<>();
        list(3, () -> constant(NAMES)).forEach(name -> labels.put(name, constant(NAMES)));
        return labels;
    }

    private VirtualMachine vm() {
        ImmutableVirtualMachine vm = VirtualMachine.builder()
                .id(vmId())
                .type(VmType.of(constant(NAMES)))
                .host(hostId())
                .allocation(resources())
                .load(random.nextDouble() * 3)
                .priority(random.nextInt())
                .template(optional(() -> TemplateId.of(constant(NAMES))))
                .antiAffinity(Set.copyOf(list(3, () -> AntiAffinityGroup.of(constant(NAMES)))))
                .power(constant(PowerState.values()))
                .health(constant(VmHealth.values()))
                .servedBy(optional(() -> VmId.of("server")))
                .labels(labels())
                .member(optional(() -> constant(NAMES)))
                .build();
        return switch (random.nextInt(3)) {
            case 0 -> vm;
            case 1 -> vm.withReplicationLagUnknown(true);
            default -> vm.withReplicationLag(Duration.ofNanos(random.nextLong() >>> 1));
        };
    }

    private Host host() {
        return Host.builder()
                .id(hostId())
                .role(role())
                .capacity(resources())
                .rack(optional(() -> RackId.of(constant(NAMES))))
                .cpuPlatform(optional(() -> new CpuPlatform(constant(NAMES), random.nextBoolean() ? "" : "0x11")))
                .health(constant(HostHealth.values()))
                .inMaintenance(random.nextBoolean())
                .build();
    }

    /** A number that no plan was opened with before; at times that of one of which it is a revision. */
    private long openedPlan() {
        return random.nextInt(4) == 0 ? planId().value() : ++lastPlan;
    }

    private Plan plan(long id) {
        List<Step> steps = new ArrayList<>();
        for (int number = 0; number < random.nextInt(5); number++) {
            Set<Integer> after = new TreeSet<>();
            for (int earlier = 0; earlier < number; earlier++) {
                if (random.nextBoolean()) {
                    after.add(earlier);
                }
            }
            steps.add(new Step(number, action(), new TreeSet<>(after)));
        }
        return new Plan(new PlanId(id), steps);
    }

    private Action action() {
        return switch (random.nextInt(10)) {
            case 0 -> new Action.PowerOff(vmId(), hostId());
            case 1 -> new Action.FenceHost(hostId());
            case 2 -> new Action.Redirect(vmId(), vmId());
            case 3 -> new Action.PowerOn(vmId(), hostId());
            case 4 -> new Action.Reallocate(vmId(), hostId(), resources());
            case 5 -> new Action.Migrate(vmId(), hostId(), hostId());
            case 6 -> new Action.CloneFromTemplate(vmId(), TemplateId.of(constant(NAMES)), hostId());
            case 7 -> new Action.Promote(vmId());
            case 8 -> new Action.Demote(vmId());
            default -> new Action.DeleteLeftovers(vmId(), hostId());
        };
    }

    private Decision decision() {
        return random.nextBoolean() ? part() : new DecisionBatch(list(4, this::part));
    }

    private SubjectDecision part() {
        Trigger trigger = constant(Trigger.values());
        String sentence = constant(NAMES);
        Explanation why = Explanation.of(() -> sentence);
        return switch (random.nextInt(10)) {
            case 0 ->
                new SubjectDecision.Redirect(
                        vmId(), trigger, list(3, this::vmId), vmId(), role(), random.nextBoolean(), why);
            case 1 -> new SubjectDecision.Restart(vmId(), trigger, hostId(), role(), why);
            case 2 ->
                new SubjectDecision.Reclone(vmId(), trigger, TemplateId.of(constant(NAMES)), hostId(), role(), why);
            case 3 -> new SubjectDecision.Reallocate(vmId(), trigger, hostId(), resources(), why);
            case 4 ->
                new SubjectDecision.Shift(
                        vmId(), trigger, list(3, this::vmId), vmId(), role(), hostId(), resources(), why);
            case 5 -> new SubjectDecision.Migrate(vmId(), trigger, hostId(), hostId(), role(), why);
            case 6 -> new SubjectDecision.Failback(vmId(), trigger, vmId(), role(), random.nextBoolean(), why);
            case 7 -> new SubjectDecision.NoTarget(vmId(), trigger, constant(Reason.values()), why);
            case 8 ->
                new SubjectDecision.Blocked(new FaultSubject.OfVm(vmId()), trigger, constant(Reason.values()), why);
            default ->
                new SubjectDecision.Ignored(new FaultSubject.OfHost(hostId()), trigger, constant(Reason.values()), why);
        };
    }

    private MemberId memberId() {
        return MemberId.of(constant(NAMES));
    }

    private ObservedCommitRule commitRule() {
        CommitRule rule = new CommitRule(
                CommitRule.Kind.QUORUM,
                1 + random.nextInt(3),
                Set.copyOf(list(3, this::memberId)),
                random.nextInt(3),
                random.nextBoolean(),
                constant(CommitRule.Durability.values()));
        return new ObservedCommitRule(
                rule, memberId(), new LogPosition(1 + random.nextInt(9), random.nextInt(9)), instant());
    }
}
