package io.vmha.libvirt;

import com.google.common.collect.ImmutableList;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;

/** Reads the statistics of all domains of a host in one call. Stateless. */
final class BulkStats {
    private static final int STATE = 1;
    private static final int CPU_TOTAL = 1 << 1;
    private static final int BALLOON = 1 << 2;
    private static final int VCPU = 1 << 3;
    /** Do not wait for a domain that is busy with a job: tell what can be told without it. */
    private static final int NOWAIT = 1 << 29;

    // struct virTypedParameter { char field[80]; int type; union of 8 bytes } with the union aligned to 8.
    private static final int FIELD_LENGTH = 80;
    private static final int TYPE_OFFSET = 80;
    private static final int VALUE_OFFSET = 88;
    private static final int PARAMETER_SIZE = 96;

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
        Parameters parameters = Parameters.read(pointer.getPointer(PARAMETERS_OFFSET), pointer.getInt(COUNT_OFFSET));
        return new DomainStats(
                NativeConnection.uuid(domain),
                VirtExtras.INSTANCE.virDomainGetName(domain),
                (int) parameters.state,
                parameters.memoryKiB,
                parameters.vcpus,
                parameters.cpuNanos);
    }

    /** The few of a record's typed parameters that are used. */
    private static final class Parameters {
        private long state;
        private OptionalLong memoryKiB = OptionalLong.empty();
        private OptionalLong vcpus = OptionalLong.empty();
        private OptionalLong cpuNanos = OptionalLong.empty();

        static Parameters read(Pointer array, int count) {
            Parameters found = new Parameters();
            if (count == 0) {
                return found;
            }
            byte[] raw = array.getByteArray(0, count * PARAMETER_SIZE);
            ByteBuffer bytes = ByteBuffer.wrap(raw).order(ByteOrder.nativeOrder());
            for (int at = 0; at < raw.length; at += PARAMETER_SIZE) {
                found.take(name(raw, at), value(bytes, at));
            }
            return found;
        }

        private void take(String name, long value) {
            switch (name) {
                case "state.state" -> state = value;
                case "balloon.current" -> memoryKiB = OptionalLong.of(value);
                case "vcpu.current" -> vcpus = OptionalLong.of(value);
                case "cpu.time" -> cpuNanos = OptionalLong.of(value);
                default -> {
                    // libvirt tells more than is used
                }
            }
        }

        private static String name(byte[] raw, int at) {
            int end = at;
            while (end < at + FIELD_LENGTH && raw[end] != 0) {
                end++;
            }
            return new String(raw, at, end - at, StandardCharsets.US_ASCII);
        }

        private static long value(ByteBuffer bytes, int at) {
            // 1 int, 2 unsigned int, 3 long long, 4 unsigned long long; the other types are not used here
            return switch (bytes.getInt(at + TYPE_OFFSET)) {
                case 1 -> bytes.getInt(at + VALUE_OFFSET);
                case 2 -> Integer.toUnsignedLong(bytes.getInt(at + VALUE_OFFSET));
                case 3, 4 -> bytes.getLong(at + VALUE_OFFSET);
                default -> 0;
            };
        }
    }
}
