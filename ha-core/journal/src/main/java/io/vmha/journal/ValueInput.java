package io.vmha.journal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.io.ByteArrayDataInput;
import com.google.common.io.ByteStreams;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.CommitRule;
import io.vmha.model.CpuPlatform;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.ObservedCommitRule;
import io.vmha.model.PowerState;
import io.vmha.model.RackId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionBatch;
import io.vmha.policy.Explanation;
import io.vmha.policy.Outcome;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads back what {@link ValueOutput} wrote; throws an {@link IllegalArgumentException} or {@link IllegalStateException} where
 * the bytes are none of its. Not thread-safe; one for each value.
 */
final class ValueInput {
    private final ByteArrayDataInput in;
    private final int length;

    ValueInput(byte[] bytes) {
        this.in = ByteStreams.newDataInput(bytes);
        this.length = bytes.length;
    }

    long number() {
        return in.readLong();
    }

    private int integer() {
        return Math.toIntExact(number());
    }

    private int size() {
        int size = in.readInt();
        if (size < 0 || size > length) {
            throw new IllegalArgumentException("a size of " + size + " in a value of " + length + " bytes");
        }
        return size;
    }

    String text() {
        byte[] utf8 = new byte[size()];
        in.readFully(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    <E extends Enum<E>> E name(Class<E> type) {
        return Enum.valueOf(type, text());
    }

    boolean flag() {
        return in.readBoolean();
    }

    Instant instant() {
        return Instant.ofEpochSecond(number(), number());
    }

    private Duration duration() {
        return Duration.ofSeconds(number(), number());
    }

    <T> Optional<T> optional(Supplier<T> read) {
        return flag() ? Optional.of(read.get()) : Optional.empty();
    }

    <T> ImmutableList<T> list(Supplier<T> read) {
        int size = size();
        ImmutableList.Builder<T> values = ImmutableList.builder();
        for (int i = 0; i < size; i++) {
            values.add(read.get());
        }
        return values.build();
    }

    FaultSubject subject() {
        return switch (name(FaultKind.Scope.class)) {
            case VM -> new FaultSubject.OfVm(vmId());
            case HOST -> new FaultSubject.OfHost(hostId());
        };
    }

    FaultReport report() {
        return FaultReport.builder()
                .subject(subject())
                .kind(name(FaultKind.class))
                .observedAt(instant())
                .source(text())
                .sequence(number())
                .build();
    }

    VmId vmId() {
        return VmId.of(text());
    }

    HostId hostId() {
        return HostId.of(text());
    }

    private ClusterRole role() {
        return name(ClusterRole.class);
    }

    private Resources resources() {
        return Resources.of(number(), number());
    }

    VirtualMachine vm() {
        return VirtualMachine.builder()
                .id(vmId())
                .type(VmType.of(text()))
                .host(hostId())
                .allocation(resources())
                .load(in.readDouble())
                .priority(integer())
                .template(optional(() -> TemplateId.of(text())))
                .antiAffinity(list(() -> AntiAffinityGroup.of(text())))
                .power(name(PowerState.class))
                .health(name(VmHealth.class))
                .servedBy(optional(this::vmId))
                .replicationLag(optional(this::duration))
                .replicationLagUnknown(flag())
                .labels(labels())
                .member(optional(this::text))
                .build();
    }

    Host host() {
        return Host.builder()
                .id(hostId())
                .role(role())
                .capacity(resources())
                .rack(optional(() -> RackId.of(text())))
                .cpuPlatform(optional(() -> new CpuPlatform(text(), text())))
                .health(name(HostHealth.class))
                .inMaintenance(flag())
                .labels(labels())
                .build();
    }

    private Map<String, String> labels() {
        ImmutableMap.Builder<String, String> labels = ImmutableMap.builder();
        int size = size();
        for (int i = 0; i < size; i++) {
            labels.put(text(), text());
        }
        return labels.buildOrThrow();
    }

    PlanId planId() {
        return new PlanId(number());
    }

    MemberId memberId() {
        return MemberId.of(text());
    }

    ObservedCommitRule commitRule() {
        CommitRule rule = new CommitRule(
                name(CommitRule.Kind.class),
                (int) number(),
                new LinkedHashSet<>(list(this::memberId)),
                (int) number(),
                flag(),
                name(CommitRule.Durability.class));
        return new ObservedCommitRule(rule, memberId(), new LogPosition(number(), number()), instant());
    }

    Plan plan() {
        PlanId id = planId();
        int size = size();
        ImmutableList.Builder<Step> steps = ImmutableList.builder();
        for (int number = 0; number < size; number++) {
            steps.add(new Step(number, action(), ImmutableSortedSet.copyOf(list(this::integer))));
        }
        return new Plan(id, steps.build());
    }

    Action action() {
        return switch (name(ActionKind.class)) {
            case POWER_OFF -> new Action.PowerOff(vmId(), hostId());
            case FENCE_HOST -> new Action.FenceHost(hostId());
            case REDIRECT -> new Action.Redirect(vmId(), vmId());
            case POWER_ON -> new Action.PowerOn(vmId(), hostId());
            case REALLOCATE -> new Action.Reallocate(vmId(), hostId(), resources());
            case MIGRATE -> new Action.Migrate(vmId(), hostId(), hostId());
            case CLONE -> new Action.CloneFromTemplate(vmId(), TemplateId.of(text()), hostId());
            case PROMOTE -> new Action.Promote(vmId());
            case DEMOTE -> new Action.Demote(vmId());
            case DELETE_LEFTOVERS -> new Action.DeleteLeftovers(vmId(), hostId());
            case REJOIN -> new Action.Rejoin(vmId());
        };
    }

    Decision decision() {
        boolean isBatch = flag();
        List<SubjectDecision> parts = list(this::part);
        return isBatch ? new DecisionBatch(parts) : parts.get(0);
    }

    private SubjectDecision part() {
        Outcome outcome = name(Outcome.class);
        Trigger trigger = name(Trigger.class);
        String sentence = text();
        Explanation why = Explanation.of(() -> sentence);
        return switch (outcome) {
            case REDIRECTED ->
                new SubjectDecision.Redirect(vmId(), trigger, list(this::vmId), vmId(), role(), flag(), why);
            case RESTARTED -> new SubjectDecision.Restart(vmId(), trigger, hostId(), role(), why);
            case RECLONED -> new SubjectDecision.Reclone(vmId(), trigger, TemplateId.of(text()), hostId(), role(), why);
            case REALLOCATED -> new SubjectDecision.Reallocate(vmId(), trigger, hostId(), resources(), why);
            case SHIFTED ->
                new SubjectDecision.Shift(
                        vmId(), trigger, list(this::vmId), vmId(), role(), hostId(), resources(), why);
            case MIGRATED -> new SubjectDecision.Migrate(vmId(), trigger, hostId(), hostId(), role(), why);
            case FAILED_BACK -> new SubjectDecision.Failback(vmId(), trigger, vmId(), role(), flag(), why);
            case NO_TARGET -> new SubjectDecision.NoTarget(vmId(), trigger, name(Reason.class), why);
            case BLOCKED -> new SubjectDecision.Blocked(subject(), trigger, name(Reason.class), why);
            case IGNORED -> new SubjectDecision.Ignored(subject(), trigger, name(Reason.class), why);
        };
    }
}
