package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import io.vmha.fault.FaultSubject;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import java.util.List;

/** What is to be done about one machine or host, with a stable reason and an explanation. Immutable. */
public sealed interface SubjectDecision extends Decision {

    /** What the decision is about. */
    FaultSubject subject();

    /** What made it necessary. */
    Trigger trigger();

    /** What it comes to. */
    Outcome outcome();

    /** Why, as a stable name. */
    Reason reason();

    /** Why, for a person; worked out when it is asked for. */
    Explanation explain();

    /** Returns what the visitor's method for this kind of decision returns. */
    <R> R accept(Visitor<R> visitor);

    @Override
    default List<SubjectDecision> parts() {
        return ImmutableList.of(this);
    }

    /** Returns the same decision with another trigger. */
    default SubjectDecision withTrigger(Trigger trigger) {
        return DecisionCopies.copy(this, trigger, explain());
    }

    @Override
    default SubjectDecision frozen() {
        return DecisionCopies.copy(this, trigger(), explain().frozen());
    }

    /**
     * A method for each kind of decision, so that a kind is a compile error wherever it is forgotten. Later releases may have more
     * kinds, and then more methods here: implement {@link PartialVisitor} to compile with those, too.
     *
     * @param <R> what the methods return
     */
    interface Visitor<R> {
        /** Returns the result for a {@link Redirect}. */
        R visitRedirect(Redirect redirect);

        /** Returns the result for a {@link Restart}. */
        R visitRestart(Restart restart);

        /** Returns the result for a {@link Reclone}. */
        R visitReclone(Reclone reclone);

        /** Returns the result for a {@link Reallocate}. */
        R visitReallocate(Reallocate reallocate);

        /** Returns the result for a {@link Shift}. */
        R visitShift(Shift shift);

        /** Returns the result for a {@link Migrate}. */
        R visitMigrate(Migrate migrate);

        /** Returns the result for a {@link Failback}. */
        R visitFailback(Failback failback);

        /** Returns the result for a {@link NoTarget}. */
        R visitNoTarget(NoTarget noTarget);

        /** Returns the result for a {@link Blocked}. */
        R visitBlocked(Blocked blocked);

        /** Returns the result for a {@link Ignored}. */
        R visitIgnored(Ignored ignored);
    }

    /**
     * A visitor with one answer for all kinds of decisions that it does not name, those of later releases among them.
     *
     * @param <R> what the methods return
     */
    interface PartialVisitor<R> extends Visitor<R> {
        /** Returns the result for every decision whose own method is not overridden. */
        R visitOther(SubjectDecision decision);

        @Override
        default R visitRedirect(Redirect redirect) {
            return visitOther(redirect);
        }

        @Override
        default R visitRestart(Restart restart) {
            return visitOther(restart);
        }

        @Override
        default R visitReclone(Reclone reclone) {
            return visitOther(reclone);
        }

        @Override
        default R visitReallocate(Reallocate reallocate) {
            return visitOther(reallocate);
        }

        @Override
        default R visitShift(Shift shift) {
            return visitOther(shift);
        }

        @Override
        default R visitMigrate(Migrate migrate) {
            return visitOther(migrate);
        }

        @Override
        default R visitFailback(Failback failback) {
            return visitOther(failback);
        }

        @Override
        default R visitNoTarget(NoTarget noTarget) {
            return visitOther(noTarget);
        }

        @Override
        default R visitBlocked(Blocked blocked) {
            return visitOther(blocked);
        }

        @Override
        default R visitIgnored(Ignored ignored) {
            return visitOther(ignored);
        }
    }

    /**
     * A machine's requests go to another machine.
     *
     * @param vm the failed machine
     * @param trigger what made it necessary
     * @param owners whose requests move: the machine's own, and those of others that it served; empty where its requests
     *     are served elsewhere already
     * @param target the machine that serves them from now on
     * @param targetRole the cluster of the target's host
     * @param overcommitted whether the target's load will exceed what it has, since no candidate had the headroom
     * @param explain why
     */
    record Redirect(
            VmId vm,
            Trigger trigger,
            List<VmId> owners,
            VmId target,
            ClusterRole targetRole,
            boolean overcommitted,
            Explanation explain)
            implements SubjectDecision {
        /** Copies the list. */
        public Redirect {
            owners = ImmutableList.copyOf(owners);
        }

        @Override
        public FaultSubject subject() {
            return new FaultSubject.OfVm(vm);
        }

        @Override
        public Outcome outcome() {
            return Outcome.REDIRECTED;
        }

        @Override
        public Reason reason() {
            return targetRole == ClusterRole.PRIMARY ? Reason.SAME_TYPE_PRIMARY : Reason.SAME_TYPE_STANDBY;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitRedirect(this);
        }
    }

    /**
     * A machine is powered on again; its requests stay with it.
     *
     * @param vm the failed machine
     * @param trigger what made it necessary
     * @param host where it will run
     * @param hostRole the cluster of that host
     * @param explain why
     */
    record Restart(VmId vm, Trigger trigger, HostId host, ClusterRole hostRole, Explanation explain)
            implements SubjectDecision {
        @Override
        public FaultSubject subject() {
            return new FaultSubject.OfVm(vm);
        }

        @Override
        public Outcome outcome() {
            return Outcome.RESTARTED;
        }

        @Override
        public Reason reason() {
            return Reason.FROM_SHARED_POOL;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitRestart(this);
        }
    }

    /**
     * A machine is cloned anew from its template (rule 9 of the reference design).
     *
     * @param vm the failed machine, whose name the clone takes
     * @param trigger what made it necessary
     * @param template what it is cloned from
     * @param host where it will run
     * @param hostRole the cluster of that host
     * @param explain why
     */
    record Reclone(
            VmId vm, Trigger trigger, TemplateId template, HostId host, ClusterRole hostRole, Explanation explain)
            implements SubjectDecision {
        @Override
        public FaultSubject subject() {
            return new FaultSubject.OfVm(vm);
        }

        @Override
        public Outcome outcome() {
            return Outcome.RECLONED;
        }

        @Override
        public Reason reason() {
            return Reason.FROM_SHARED_POOL;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitReclone(this);
        }
    }

    /**
     * A loaded machine gets more of its host's shared pool (rule 7 of the reference design).
     *
     * @param vm the loaded machine
     * @param trigger what made it necessary
     * @param host the host that it is on
     * @param allocation its whole new allocation
     * @param explain why
     */
    record Reallocate(VmId vm, Trigger trigger, HostId host, Resources allocation, Explanation explain)
            implements SubjectDecision {
        @Override
        public FaultSubject subject() {
            return new FaultSubject.OfVm(vm);
        }

        @Override
        public Outcome outcome() {
            return Outcome.REALLOCATED;
        }

        @Override
        public Reason reason() {
            return Reason.FROM_SHARED_POOL;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitReallocate(this);
        }
    }

    /**
     * A loaded machine's requests go to another machine, since its host's shared pool cannot meet the need (rule 7).
     *
     * @param vm the loaded machine, which stays on and healthy
     * @param trigger what made it necessary
     * @param owners whose requests move: the machine's own, and those of others that it served
     * @param target the machine that serves them from now on
     * @param targetRole the cluster of the target's host
     * @param targetHost the target's host
     * @param targetAllocation what the target is allocated to meet the need; its present allocation where that is enough
     * @param explain why
     */
    record Shift(
            VmId vm,
            Trigger trigger,
            List<VmId> owners,
            VmId target,
            ClusterRole targetRole,
            HostId targetHost,
            Resources targetAllocation,
            Explanation explain)
            implements SubjectDecision {
        @Override
        public FaultSubject subject() {
            return new FaultSubject.OfVm(vm);
        }

        @Override
        public Outcome outcome() {
            return Outcome.SHIFTED;
        }

        @Override
        public Reason reason() {
            return Reason.POOL_EXHAUSTED;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitShift(this);
        }
    }

    /**
     * A running machine is moved to another host without stopping it (rule 4).
     *
     * @param vm the machine
     * @param trigger what made it necessary
     * @param from the host that it is on
     * @param to the host that it goes to
     * @param hostRole the cluster of both hosts
     * @param explain why
     */
    record Migrate(VmId vm, Trigger trigger, HostId from, HostId to, ClusterRole hostRole, Explanation explain)
            implements SubjectDecision {
        @Override
        public FaultSubject subject() {
            return new FaultSubject.OfVm(vm);
        }

        @Override
        public Outcome outcome() {
            return Outcome.MIGRATED;
        }

        @Override
        public Reason reason() {
            return Reason.HOST_EVACUATION;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitMigrate(this);
        }
    }

    /**
     * A machine that is healthy again has its requests back.
     *
     * @param vm the machine
     * @param trigger what made it possible
     * @param server the machine that served them meanwhile
     * @param vmRole the cluster of the machine's host
     * @param promotes whether its database has to be promoted first, since a standby's took over
     * @param explain why
     */
    record Failback(VmId vm, Trigger trigger, VmId server, ClusterRole vmRole, boolean promotes, Explanation explain)
            implements SubjectDecision {
        @Override
        public FaultSubject subject() {
            return new FaultSubject.OfVm(vm);
        }

        @Override
        public Outcome outcome() {
            return Outcome.FAILED_BACK;
        }

        @Override
        public Reason reason() {
            return vmRole == ClusterRole.PRIMARY ? Reason.SAME_TYPE_PRIMARY : Reason.SAME_TYPE_STANDBY;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitFailback(this);
        }
    }

    /**
     * No machine can take the requests, or no host the machine.
     *
     * @param vm the failed machine
     * @param trigger what made it necessary
     * @param reason what was missing
     * @param explain why
     */
    record NoTarget(VmId vm, Trigger trigger, Reason reason, Explanation explain) implements SubjectDecision {
        @Override
        public FaultSubject subject() {
            return new FaultSubject.OfVm(vm);
        }

        @Override
        public Outcome outcome() {
            return Outcome.NO_TARGET;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitNoTarget(this);
        }
    }

    /**
     * What was decided must not go on.
     *
     * @param subject what it is about
     * @param trigger what made it necessary
     * @param reason what stands in the way
     * @param explain why
     */
    record Blocked(FaultSubject subject, Trigger trigger, Reason reason, Explanation explain)
            implements SubjectDecision {
        @Override
        public Outcome outcome() {
            return Outcome.BLOCKED;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitBlocked(this);
        }
    }

    /**
     * Nothing is to be done.
     *
     * @param subject what it is about
     * @param trigger what was reported
     * @param reason why nothing is to be done
     * @param explain why
     */
    record Ignored(FaultSubject subject, Trigger trigger, Reason reason, Explanation explain)
            implements SubjectDecision {
        @Override
        public Outcome outcome() {
            return Outcome.IGNORED;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitIgnored(this);
        }
    }
}
