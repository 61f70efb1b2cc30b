package io.vmha.libvirt;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.StoragePoolPointer;

/**
 * The calls of libvirt's C library that {@code org.libvirt} lacks, or offers without what is needed of them: bulk
 * statistics, calls with flags, migration with typed parameters, UTF-8 whatever the platform's encoding, and events that
 * it does not know. Stateless; each call reports an error per thread.
 */
interface VirtExtras extends Library {
    /** The C library, loaded at first use. */
    VirtExtras INSTANCE = Native.load("virt", VirtExtras.class, Map.of(OPTION_STRING_ENCODING, "UTF-8"));

    int virConnectGetAllDomainStats(ConnectionPointer connection, int stats, PointerByReference records, int flags);

    int virDomainListGetStats(Pointer domains, int stats, PointerByReference records, int flags);

    void virDomainStatsRecordListFree(Pointer records);

    String virDomainGetName(DomainPointer domain);

    @Nullable
    DomainPointer virDomainLookupByUUIDString(ConnectionPointer connection, String uuid);

    @Nullable
    Pointer virDomainGetXMLDesc(DomainPointer domain, int flags);

    int virDomainGetState(DomainPointer domain, IntByReference state, @Nullable IntByReference reason, int flags);

    int virDomainShutdownFlags(DomainPointer domain, int flags);

    int virDomainDestroyFlags(DomainPointer domain, int flags);

    int virDomainSetMemoryFlags(DomainPointer domain, NativeLong kibibytes, int flags);

    int virDomainGetVcpusFlags(DomainPointer domain, int flags);

    int virDomainRename(DomainPointer domain, String newName, int flags);

    @Nullable
    DomainPointer virDomainDefineXMLFlags(ConnectionPointer connection, String xml, int flags);

    int virDomainMigrateToURI3(
            DomainPointer domain, String destinationUri, @Nullable Pointer parameters, int count, int flags);

    /** The pool, active or not, that has that folder as its target. */
    @Nullable
    StoragePoolPointer virStoragePoolLookupByTargetPath(ConnectionPointer connection, String path);

    @Nullable
    Pointer virConnectGetDomainCapabilities(
            ConnectionPointer connection,
            @Nullable String emulator,
            @Nullable String arch,
            @Nullable String machine,
            @Nullable String type,
            int flags);

    int virDomainGetSchedulerParametersFlags(DomainPointer domain, Pointer parameters, IntByReference count, int flags);

    int virDomainSetSchedulerParametersFlags(DomainPointer domain, Pointer parameters, int count, int flags);

    int virDomainGetBlkioParameters(
            DomainPointer domain, @Nullable Pointer parameters, IntByReference count, int flags);

    int virDomainSetBlkioParameters(DomainPointer domain, Pointer parameters, int count, int flags);

    @Nullable
    Pointer virConnectGetSysinfo(ConnectionPointer connection, int flags);

    int virConnectDomainEventRegisterAny(
            ConnectionPointer connection,
            @Nullable DomainPointer domain,
            int event,
            Callback callback,
            @Nullable Pointer opaque,
            @Nullable Callback free);

    int virConnectRegisterCloseCallback(
            ConnectionPointer connection, CloseCallback callback, @Nullable Pointer opaque, @Nullable Callback free);

    int virConnectUnregisterCloseCallback(ConnectionPointer connection, CloseCallback callback);

    /** Called when the connection is lost; {@code reason}: 0 error, 1 end of file, 2 keepalive, 3 closed by the client. */
    interface CloseCallback extends Callback {
        void closed(Pointer connection, int reason, Pointer opaque);
    }

    /** Called for events that carry the domain and nothing that is used of the rest. */
    interface DomainCallback extends Callback {
        void event(Pointer connection, Pointer domain, Pointer opaque);
    }

    /** Called when a domain starts, stops, is defined, and so on. */
    interface LifecycleCallback extends Callback {
        int event(Pointer connection, Pointer domain, int event, int detail, Pointer opaque);
    }

    /** Called for events that carry one number, such as what a watchdog did. */
    interface NumberCallback extends Callback {
        void event(Pointer connection, Pointer domain, int number, Pointer opaque);
    }

    /** Called for events that carry two numbers, such as an agent's state and why it changed. */
    interface TwoNumbersCallback extends Callback {
        void event(Pointer connection, Pointer domain, int first, int second, Pointer opaque);
    }

    /** Called when a disk of a domain answers with an error. */
    interface IoErrorCallback extends Callback {
        void event(
                Pointer connection,
                Pointer domain,
                Pointer source,
                Pointer device,
                int action,
                Pointer reason,
                Pointer opaque);
    }

    /** Called when the metadata of a domain changed. */
    interface MetadataCallback extends Callback {
        void event(Pointer connection, Pointer domain, int type, Pointer namespace, Pointer opaque);
    }
}
