package io.vmha.libvirt;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.CString;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.Libvirt;
import org.libvirt.jna.StoragePoolPointer;
import org.libvirt.jna.StorageVolPointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.w3c.dom.Element;

/** Deletes the disks of what clones left behind, through libvirt's storage pools. Confined to the call that makes it. */
final class LeftoverDisks {
    private static final Logger LOG = LoggerFactory.getLogger(LeftoverDisks.class);

    private final ConnectionPointer pointer;
    private final StorageFolders folders;
    private final Set<String> used;

    /** @param used the files and devices that other domains have, which stay */
    LeftoverDisks(NativeConnection connection, Set<String> used) {
        this.pointer = connection.pointer();
        this.folders = new StorageFolders(connection);
        this.used = used;
    }

    /**
     * Deletes a disk; one that is gone already, that another domain has or that another image is based on is left as it is.
     *
     * @throws NativeException if it cannot be deleted, or what is based on it cannot be told
     */
    void delete(String path, boolean isDevice) {
        if (used.contains(path)) {
            LOG.info("disk {} of what was left behind stays: another domain has it", path);
            return;
        }
        StorageVolPointer volume = Libvirt.INSTANCE.virStorageVolLookupByPath(pointer, path);
        if (volume == null && isDevice) {
            LOG.warn("block device {} of what was left behind stays: it is in no storage pool", path);
            return;
        }
        StoragePoolPointer pool = volume == null
                ? folders.pool(StorageFolders.folder(path))
                : present(Libvirt.INSTANCE.virStoragePoolLookupByVolume(volume));
        free(volume);
        try {
            // A pool may list a file that is gone, or lack one that is there.
            NativeConnection.check(Libvirt.INSTANCE.virStoragePoolRefresh(pool, 0));
            deleteIn(pool, path);
        } finally {
            int unused = Libvirt.INSTANCE.virStoragePoolFree(pool);
        }
    }

    private void deleteIn(StoragePoolPointer pool, String path) {
        StorageVolPointer volume = Libvirt.INSTANCE.virStorageVolLookupByPath(pointer, path);
        if (volume == null) {
            NativeException failure = new NativeException(LibvirtError.lastOfThread());
            if (failure.is(LibvirtError.NO_STORAGE_VOL)) {
                return;
            }
            throw failure;
        }
        try {
            if (isBasis(pool, path)) {
                LOG.info("disk {} of what was left behind stays: another image is based on it", path);
                return;
            }
            NativeConnection.check(Libvirt.INSTANCE.virStorageVolDelete(volume, 0));
        } finally {
            free(volume);
        }
    }

    /** Whether an image of the same pool is based on it. */
    private static boolean isBasis(StoragePoolPointer pool, String path) {
        int count = NativeConnection.check(Libvirt.INSTANCE.virStoragePoolNumOfVolumes(pool));
        CString[] names = new CString[count];
        int listed = NativeConnection.check(Libvirt.INSTANCE.virStoragePoolListVolumes(pool, names, count));
        for (int i = 0; i < listed; i++) {
            StorageVolPointer other = Libvirt.INSTANCE.virStorageVolLookupByName(pool, names[i].toString());
            if (other == null) {
                continue;
            }
            try {
                CString xml = present(Libvirt.INSTANCE.virStorageVolGetXMLDesc(other, 0));
                if (isBasedOn(xml.toString(), path)) {
                    return true;
                }
            } finally {
                free(other);
            }
        }
        return false;
    }

    private static boolean isBasedOn(String volume, String path) {
        Element element = SecureXml.parse(volume).getDocumentElement();
        return SecureXml.child(element, "backingStore")
                .flatMap(store -> SecureXml.text(store, "path"))
                .filter(path::equals)
                .isPresent();
    }

    private static <T> T present(@Nullable T result) {
        if (result == null) {
            throw new NativeException(LibvirtError.lastOfThread());
        }
        return result;
    }

    private static void free(@Nullable StorageVolPointer volume) {
        if (volume != null) {
            int unused = Libvirt.INSTANCE.virStorageVolFree(volume);
        }
    }
}
