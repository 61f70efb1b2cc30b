package io.vmha.adapter;

import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Carries out what plans ask of a virtualization platform.
 *
 * <p>Every method is safe to call from many threads at once, returns by the deadline of its {@link CallContext}, and is
 * idempotent: what is already as asked for is success. A call for one host is never held up by another host that hangs.
 * All failures are {@link AdapterException}s; a method of which the adapter lacks the {@link Capability} throws {@link
 * AdapterException.Permanent} with {@link AdapterException.Cause#UNSUPPORTED}; an unknown machine, host or template is
 * {@code Permanent} with {@code UNKNOWN_SUBJECT}. After {@link #close} every method throws {@link IllegalStateException};
 * a call under way when it closes ends with an {@code AdapterException}.
 *
 * <p>A call whose thread is interrupted ends soon, with an {@code AdapterException} where it did not succeed, and leaves the thread
 * interrupted.
 */
public interface HypervisorAdapter extends AutoCloseable {

    /** A name for logs and explanations, such as {@code libvirt}; never with a credential in it. */
    String name();

    /** What it can do; constant for the life of the adapter. */
    Set<Capability> capabilities();

    /**
     * Reads all hosts and VMs, and which hosts answered. A host that does not answer is in the result, with its VMs as they were
     * last known, if they ever were. What is read is read after the call began, never from a cache.
     *
     * @throws AdapterException if the platform as a whole does not answer
     */
    PlatformSnapshot discover(CallContext call);

    /**
     * Reads a machine's power state from the platform, not from a cache.
     *
     * @throws AdapterException if it cannot be read; {@code Permanent} with {@code UNKNOWN_SUBJECT} for an unknown machine
     */
    PowerState powerState(VmId vm, CallContext call);

    /**
     * Reads from the platform, not from a cache, where a machine is and what it has: what a management center believes
     * after an action is what it reads back. This default discovers everything and does not know what made a machine; an
     * adapter that can ask for one machine does that instead.
     *
     * @throws AdapterException if it cannot be read, {@code Transient} with {@code UNREACHABLE} while its host does not
     *     answer; {@code Permanent} with {@code UNKNOWN_SUBJECT} for an unknown machine
     */
    default MachineReading read(VmId vm, CallContext call) {
        Inventory inventory = discover(call).toInventory();
        VirtualMachine found = inventory
                .vm(vm)
                .orElseThrow(() ->
                        new AdapterException.Permanent(AdapterException.Cause.UNKNOWN_SUBJECT, "no such VM: " + vm));
        if (!inventory.hostOf(found).health().runsVms()) {
            throw new AdapterException.Transient(
                    AdapterException.Cause.UNREACHABLE, "host " + found.host() + " of " + vm + " does not answer");
        }
        return new MachineReading(found.host(), found.power(), found.allocation(), false, Optional.empty());
    }

    /**
     * Powers a machine off. When it returns, the machine is off: it executes nothing and writes nothing.
     *
     * @param vm the machine
     * @param grace how long the guest is given to shut down by itself, 0 or more; 0 powers it off hard at once
     * @param call the call's deadline, which bounds the grace too, and its origin
     * @throws AdapterException if it could not be done, or is not known to be done
     */
    void powerOff(VmId vm, Duration grace, CallContext call);

    /**
     * Powers a machine on, on the given host. A machine that is already running there is success; one that runs on
     * another host is refused with {@code IN_USE}. One that is off and registered on another host is registered on this
     * one first ({@link Capability#RESTART_ELSEWHERE}).
     *
     * @throws AdapterException if it could not be done, or is not known to be done
     */
    void powerOn(VmId vm, HostId host, CallContext call);

    /**
     * Sets a machine's allocation, now and for its next start.
     *
     * @throws AdapterException if it could not be done; {@code NO_CAPACITY} if the host lacks the room, or the machine's
     *     own maximum is lower
     */
    void reallocate(VmId vm, Resources allocation, CallContext call);

    /**
     * Moves a running machine to another host without stopping it. When it returns, it runs there and nowhere else;
     * when it throws, other than {@code OutcomeUnknown}, it runs where it was.
     *
     * @throws AdapterException if it could not be done, or is not known to be done
     */
    void migrate(VmId vm, HostId target, CallContext call);

    /**
     * Makes a machine anew from a template on the given host, powered off, with an identity of its own towards the
     * platform (UUID, network addresses, disks) and the given name. A machine of that name that is off is replaced by it
     * and set aside; one that is powered on is refused with {@code IN_USE}. A machine of that name that this same plan
     * and step already made is success.
     *
     * @throws AdapterException if it could not be done, or is not known to be done
     */
    void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call);

    /**
     * Tells that a machine serves: requests go to it, its monitor was heard from since its start, or somebody said that it is
     * well. What an adapter denies a machine from its start until then, so that restoring redundancy does not starve what serves, such as
     * CPU and I/O weight or the start of the next machine, it gives it now. A machine that is denied nothing is success. No
     * {@link Capability} is needed, and nobody waits for it: an adapter that denies a machine something ends that by
     * itself after a time, since a center may not live to tell. This default is for an adapter that denies nothing, and does nothing.
     *
     * @throws AdapterException if it could not be done, or is not known to be done; it is tried again while that can help
     */
    default void serves(VmId vm, CallContext call) {}

    /**
     * Reads from the platform, not from a cache, what replacements of a VM left behind on a host: originals that were set aside, and
     * clones that were not finished or not needed. The VM of that name itself is never among them.
     *
     * @param vm the VM that was replaced; it need not exist any more
     * @param host where to look; an adapter whose platform does not tie what is off to a host may look everywhere
     * @return what each is called on the platform, for an operator; empty where nothing is left
     * @throws AdapterException if it cannot be read; {@code Permanent} with {@code UNKNOWN_SUBJECT} for an unknown host, and with
     *     {@code UNSUPPORTED}, as this default does, without {@link Capability#DELETE_LEFTOVERS}
     */
    default List<String> leftovers(VmId vm, HostId host, CallContext call) {
        throw new AdapterException.Permanent(
                AdapterException.Cause.UNSUPPORTED, name() + " cannot tell what was left behind of " + vm);
    }

    /**
     * Deletes what {@link #leftovers} tells, with the disks that it alone uses. Where one of it is not off, {@code IN_USE} is
     * thrown and nothing is deleted; a disk that anything else uses or is based on stays. Nothing to delete is success.
     *
     * @throws AdapterException if it could not be done, or is not known to be done; {@code UNSUPPORTED}, as this default does,
     *     without {@link Capability#DELETE_LEFTOVERS}
     */
    default void deleteLeftovers(VmId vm, HostId host, CallContext call) {
        throw new AdapterException.Permanent(
                AdapterException.Cause.UNSUPPORTED, name() + " cannot delete what was left behind of " + vm);
    }

    /** Ends all connections; calling it again does nothing. */
    @Override
    void close();
}
