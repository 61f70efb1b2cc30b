package io.vmha.fault;

import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import java.util.Optional;
import java.util.function.Function;

/** What a report is about: a virtual machine or a host. */
public sealed interface FaultSubject permits FaultSubject.OfVm, FaultSubject.OfHost {

    /** Returns what the visitor's method for this kind of subject returns. */
    default <R> R accept(Visitor<R> visitor) {
        return this instanceof OfVm subject ? visitor.visitOfVm(subject) : visitor.visitOfHost((OfHost) this);
    }

    /**
     * Returns the result of the function that fits this subject.
     *
     * @deprecated use {@link #accept}, whose visitor has a method for each kind by name, or {@link #asVm} and {@link #asHost} where
     *     only one kind matters
     */
    @Deprecated(since = "0.2.0", forRemoval = true)
    <R> R fold(Function<VmId, R> vm, Function<HostId, R> host);

    /** Which of the two it is. */
    FaultKind.Scope scope();

    /** The virtual machine; empty where it is about something else. */
    default Optional<VmId> asVm() {
        return this instanceof OfVm subject ? Optional.of(subject.vm()) : Optional.empty();
    }

    /** The host; empty where it is about something else. */
    default Optional<HostId> asHost() {
        return this instanceof OfHost subject ? Optional.of(subject.host()) : Optional.empty();
    }

    /** Whether it is that virtual machine. */
    default boolean is(VmId vm) {
        return this instanceof OfVm subject && subject.vm().equals(vm);
    }

    /** Whether it is that host. */
    default boolean is(HostId host) {
        return this instanceof OfHost subject && subject.host().equals(host);
    }

    /** Whether the inventory has it. */
    default boolean isIn(Inventory inventory) {
        return accept(new Visitor<Boolean>() {
            @Override
            public Boolean visitOfVm(OfVm subject) {
                return inventory.vm(subject.vm()).isPresent();
            }

            @Override
            public Boolean visitOfHost(OfHost subject) {
                return inventory.host(subject.host()).isPresent();
            }
        });
    }

    /**
     * A method for each kind of subject, so that a kind is a compile error wherever it is forgotten. Later releases may have more
     * kinds, and then more methods here: implement {@link PartialVisitor} to compile with those, too.
     *
     * @param <R> what the methods return
     */
    interface Visitor<R> {
        /** Returns the result for an {@link OfVm}. */
        R visitOfVm(OfVm subject);

        /** Returns the result for an {@link OfHost}. */
        R visitOfHost(OfHost subject);
    }

    /**
     * A visitor with one answer for all kinds of subjects that it does not name, those of later releases among them.
     *
     * @param <R> what the methods return
     */
    interface PartialVisitor<R> extends Visitor<R> {
        /** Returns the result for every subject whose own method is not overridden. */
        R visitOther(FaultSubject subject);

        @Override
        default R visitOfVm(OfVm subject) {
            return visitOther(subject);
        }

        @Override
        default R visitOfHost(OfHost subject) {
            return visitOther(subject);
        }
    }

    /**
     * A virtual machine.
     *
     * @param vm its id
     */
    record OfVm(VmId vm) implements FaultSubject {
        @Override
        public <R> R fold(Function<VmId, R> onVm, Function<HostId, R> onHost) {
            return onVm.apply(vm);
        }

        @Override
        public FaultKind.Scope scope() {
            return FaultKind.Scope.VM;
        }

        @Override
        public String toString() {
            return vm.toString();
        }
    }

    /**
     * A host.
     *
     * @param host its id
     */
    record OfHost(HostId host) implements FaultSubject {
        @Override
        public <R> R fold(Function<VmId, R> onVm, Function<HostId, R> onHost) {
            return onHost.apply(host);
        }

        @Override
        public FaultKind.Scope scope() {
            return FaultKind.Scope.HOST;
        }

        @Override
        public String toString() {
            return host.toString();
        }
    }
}
