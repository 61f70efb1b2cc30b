package io.vmha.libvirt;

import com.google.common.collect.ImmutableList;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.List;
import java.util.function.BiFunction;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;

/** Reads the statistics of all domains of a host in one call, or of one domain. Stateless. */
final class BulkStats {
    private static final int STATE = 1;
    private static final int CPU_TOTAL = 1 << 1;
    private static final int BALLOON = 1 << 2;
    private static final int VCPU = 1 << 3;
    private static final int INTERFACE = 1 << 4;
    private static final int BLOCK = 1 << 5;
    /** Do not wait for a domain that is busy with a job: tell what can be told without it. */
    private static final int NOWAIT = 1 << 29;

    // struct virDomainStatsRecord { virDomainPtr dom; virTypedParameterPtr params; int nparams; }
    private static final int PARAMETERS_OFFSET = Native.POINTER_SIZE;
    private static final int COUNT_OFFSET = 2 * Native.POINTER_SIZE;

    private BulkStats() {}

    /**
     * Reads them, and makes something of each; the domain's pointer lasts until that is made.
     *
     * @throws NativeException if libvirt refuses
     */
    static <T> List<T> read(ConnectionPointer connection, BiFunction<DomainPointer, DomainStats, T> make) {
        PointerByReference list = new PointerByReference();
        int count = VirtExtras.INSTANCE.virConnectGetAllDomainStats(
                connection, STATE | CPU_TOTAL | BALLOON | VCPU, list, NOWAIT);
        if (count < 0) {
            throw new NativeException(LibvirtError.lastOfThread());
        }
        Pointer records = list.getValue();
        try {
            ImmutableList.Builder<T> made = ImmutableList.builderWithExpectedSize(count);
            for (int i = 0; i < count; i++) {
                Pointer record = records.getPointer((long) i * Native.POINTER_SIZE);
                DomainPointer domain = new DomainPointer();
                domain.setPointer(record.getPointer(0));
                made.add(make.apply(domain, stats(domain, record)));
            }
            return made.build();
        } finally {
            VirtExtras.INSTANCE.virDomainStatsRecordListFree(records);
        }
    }

    private static DomainStats stats(DomainPointer domain, Pointer pointer) {
        TypedParameters parameters = parameters(pointer);
        return new DomainStats(
                NativeConnection.uuid(domain),
                VirtExtras.INSTANCE.virDomainGetName(domain),
                (int) parameters.number("state.state").orElse(0),
                parameters.number("balloon.current"),
                parameters.number("vcpu.current"),
                parameters.number("cpu.time"));
    }

    /**
     * Reads what tells whether one domain does anything.
     *
     * @throws NativeException if libvirt refuses
     */
    static GuestCounters counters(DomainPointer domain) {
        PointerByReference list = new PointerByReference();
        try (Memory domains = new Memory(2L * Native.POINTER_SIZE)) {
            domains.setPointer(0, domain.getPointer());
            domains.setPointer(Native.POINTER_SIZE, Pointer.NULL);
            int count = VirtExtras.INSTANCE.virDomainListGetStats(
                    domains, STATE | CPU_TOTAL | VCPU | INTERFACE | BLOCK, list, NOWAIT);
            if (count < 0) {
                throw new NativeException(LibvirtError.lastOfThread());
            }
            Pointer records = list.getValue();
            try {
                return count == 0 ? GuestCounters.NONE : GuestCounters.of(parameters(records.getPointer(0)));
            } finally {
                VirtExtras.INSTANCE.virDomainStatsRecordListFree(records);
            }
        }
    }

    private static TypedParameters parameters(Pointer record) {
        return TypedParameters.read(record.getPointer(PARAMETERS_OFFSET), record.getInt(COUNT_OFFSET));
    }
}
