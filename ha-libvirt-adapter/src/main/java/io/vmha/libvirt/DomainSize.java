package io.vmha.libvirt;

import com.sun.jna.NativeLong;
import java.util.function.IntConsumer;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;

/** Sets what domains are allocated. Stateless. */
final class DomainSize {
    private static final int AFFECT_LIVE = 1;
    private static final int AFFECT_CONFIG = 1 << 1;

    private DomainSize() {}

    /** Sets memory and vCPUs as {@link NativeConnection#allocate} says. */
    static void set(DomainPointer domain, long kibibytes, int vcpus, int definedVcpus, long kibibytesBefore) {
        int flags = setMemory(domain, kibibytes);
        try {
            // Setting what is already so would write the definition once more.
            if (definedVcpus != vcpus || ((flags & AFFECT_LIVE) != 0 && liveVcpus(domain) != vcpus)) {
                affecting(
                        flags,
                        one -> NativeConnection.check(Libvirt.INSTANCE.virDomainSetVcpusFlags(domain, vcpus, one)));
            }
        } catch (NativeException e) {
            int unused = setMemory(domain, kibibytesBefore);
            throw e;
        }
    }

    /** Returns what was affected. */
    private static int setMemory(DomainPointer domain, long kibibytes) {
        IntConsumer set = flags -> NativeConnection.check(
                VirtExtras.INSTANCE.virDomainSetMemoryFlags(domain, new NativeLong(kibibytes), flags));
        try {
            affecting(AFFECT_LIVE | AFFECT_CONFIG, set);
            return AFFECT_LIVE | AFFECT_CONFIG;
        } catch (NativeException e) {
            if (!e.is(LibvirtError.OPERATION_INVALID)) {
                throw e;
            }
            // It does not run.
            set.accept(AFFECT_CONFIG);
            return AFFECT_CONFIG;
        }
    }

    private static int liveVcpus(DomainPointer domain) {
        return NativeConnection.check(VirtExtras.INSTANCE.virDomainGetVcpusFlags(domain, AFFECT_LIVE));
    }

    /** Affects the running domain and its definition at once where the driver takes that. */
    private static void affecting(int flags, IntConsumer operation) {
        try {
            operation.accept(flags);
        } catch (NativeException e) {
            if (!e.is(LibvirtError.INVALID_ARG) || flags != (AFFECT_LIVE | AFFECT_CONFIG)) {
                throw e;
            }
            // Some drivers take one at a time.
            operation.accept(AFFECT_LIVE);
            operation.accept(AFFECT_CONFIG);
        }
    }
}
