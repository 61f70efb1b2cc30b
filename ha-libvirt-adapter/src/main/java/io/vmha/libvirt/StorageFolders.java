package io.vmha.libvirt;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.Libvirt;
import org.libvirt.jna.StoragePoolPointer;
import org.libvirt.jna.StorageVolPointer;
import org.w3c.dom.Element;

/** Files in folders of one host, through libvirt's storage pools. Confined to the call that makes it. */
final class StorageFolders {
    private final ConnectionPointer pointer;

    StorageFolders(NativeConnection connection) {
        this.pointer = connection.pointer();
    }

    static String folder(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    /** Makes an empty file. */
    void createEmpty(String folder, String name) {
        inPool(folder, pool -> {
            String xml = "<volume><name>" + name
                    + "</name><capacity>0</capacity><target><format type='raw'/></target></volume>";
            free(present(Libvirt.INSTANCE.virStorageVolCreateXML(pool, xml, 0)));
            return true;
        });
    }

    /** Whether there is a file of that name. */
    boolean has(String folder, String name) {
        return inPool(folder, pool -> {
            NativeConnection.check(Libvirt.INSTANCE.virStoragePoolRefresh(pool, 0));
            StorageVolPointer found = Libvirt.INSTANCE.virStorageVolLookupByName(pool, name);
            if (found == null) {
                NativeException failure = new NativeException(LibvirtError.lastOfThread());
                if (failure.is(LibvirtError.NO_STORAGE_VOL)) {
                    return false;
                }
                throw failure;
            }
            free(found);
            return true;
        });
    }

    /** Deletes a file that {@link #createEmpty} made. */
    void delete(String folder, String name) {
        inPool(folder, pool -> {
            StorageVolPointer found = present(Libvirt.INSTANCE.virStorageVolLookupByName(pool, name));
            try {
                return NativeConnection.check(Libvirt.INSTANCE.virStorageVolDelete(found, 0)) == 0;
            } finally {
                free(found);
            }
        });
    }

    /** Does something in the folder's pool. */
    private <T> T inPool(String folder, Function<StoragePoolPointer, T> action) {
        StoragePoolPointer pool = pool(folder);
        try {
            return action.apply(pool);
        } finally {
            int unused = Libvirt.INSTANCE.virStoragePoolFree(pool);
        }
    }

    /**
     * The folder's pool, which is made if there is none and known until the host's daemon restarts; freed by the caller.
     *
     * @throws NativeException if it can neither be found nor made
     */
    StoragePoolPointer pool(String folder) {
        StoragePoolPointer known = VirtExtras.INSTANCE.virStoragePoolLookupByTargetPath(pointer, folder);
        if (known != null) {
            return known;
        }
        String name = "vmha-"
                + Hashing.sha256()
                        .hashString(folder, StandardCharsets.UTF_8)
                        .toString()
                        .substring(0, 16);
        Element pool = SecureXml.newDocument("", "pool");
        pool.setAttribute("type", "dir");
        SecureXml.setText(pool, "name", name);
        SecureXml.setText(pool, "target", "");
        SecureXml.child(pool, "target").ifPresent(target -> SecureXml.setText(target, "path", folder));
        return present(Libvirt.INSTANCE.virStoragePoolCreateXML(pointer, SecureXml.write(pool), 0));
    }

    private static <T> T present(@Nullable T result) {
        if (result == null) {
            throw new NativeException(LibvirtError.lastOfThread());
        }
        return result;
    }

    private static void free(StorageVolPointer volume) {
        int unused = Libvirt.INSTANCE.virStorageVolFree(volume);
    }
}
