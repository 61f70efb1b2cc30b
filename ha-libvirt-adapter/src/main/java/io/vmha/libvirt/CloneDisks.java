package io.vmha.libvirt;

import com.google.common.collect.ImmutableList;
import io.vmha.libvirt.CloneXml.Disk;
import io.vmha.libvirt.CloneXml.Nvram;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.Libvirt;
import org.libvirt.jna.StoragePoolPointer;
import org.libvirt.jna.StorageVolPointer;
import org.libvirt.jna.virStorageVolInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.w3c.dom.Element;

/**
 * Makes the disks of one clone on one connection: qcow2 images that are linked to the template's disks, which therefore
 * must not be changed any more; a full copy where the pool holds no files. Confined to the call that makes it.
 */
final class CloneDisks {
    private static final Logger LOG = LoggerFactory.getLogger(CloneDisks.class);

    private final ConnectionPointer pointer;
    private final StorageFolders folders;
    private final List<String> made = new ArrayList<>();

    CloneDisks(NativeConnection connection) {
        this.pointer = connection.pointer();
        this.folders = new StorageFolders(connection);
    }

    /**
     * Makes a copy of each disk, named after the clone.
     *
     * @throws NativeException if one cannot be made; what was made before is deleted again
     */
    List<Disk> copy(List<Disk> originals, String stem) {
        ImmutableList.Builder<Disk> copies = ImmutableList.builder();
        try {
            for (int i = 0; i < originals.size(); i++) {
                copies.add(copy(originals.get(i), stem + "-" + i + ".qcow2"));
            }
        } catch (NativeException e) {
            delete();
            throw e;
        }
        return copies.build();
    }

    /**
     * Copies the file of a template's firmware settings, if there is one.
     *
     * @throws NativeException if it cannot be copied, or whether it is there cannot be told; nothing is left of it
     */
    void copyNvram(Nvram nvram, String stem) {
        StorageVolPointer source = null;
        StorageVolPointer copy = null;
        StoragePoolPointer pool = null;
        try {
            source = Libvirt.INSTANCE.virStorageVolLookupByPath(pointer, nvram.path());
            pool = source == null ? folders.pool(StorageFolders.folder(nvram.path())) : poolOf(source);
            // A pool may list a file that is gone, or lack one that is there.
            free(source);
            source = null;
            check(Libvirt.INSTANCE.virStoragePoolRefresh(pool, 0));
            source = Libvirt.INSTANCE.virStorageVolLookupByPath(pointer, nvram.path());
            if (source == null) {
                // It was never started: libvirt makes the clone's from the firmware's template.
                return;
            }
            virStorageVolInfo info = new virStorageVolInfo();
            check(Libvirt.INSTANCE.virStorageVolGetInfo(source, info));
            String xml = copyXml(nvram.cloneName(stem), info.capacity, nvram.format());
            copy = present(Libvirt.INSTANCE.virStorageVolCreateXMLFrom(pool, xml, source, 0));
            made.add(present(Libvirt.INSTANCE.virStorageVolGetPath(copy)).toString());
        } catch (NativeException e) {
            if (e.error().code() != LibvirtError.SYSTEM_ERROR || source != null) {
                delete();
                throw e;
            }
            // The folder is made with the first file in it.
            LOG.debug("no NVRAM at {}: {}", nvram.path(), e.getMessage());
        } finally {
            free(source);
            free(copy);
            if (pool != null) {
                Libvirt.INSTANCE.virStoragePoolFree(pool);
            }
        }
    }

    private static StoragePoolPointer poolOf(StorageVolPointer volume) {
        return present(Libvirt.INSTANCE.virStoragePoolLookupByVolume(volume));
    }

    /** Deletes what was made. */
    void delete() {
        for (String path : made) {
            StorageVolPointer volume = Libvirt.INSTANCE.virStorageVolLookupByPath(pointer, path);
            if (volume == null || Libvirt.INSTANCE.virStorageVolDelete(volume, 0) < 0) {
                LOG.warn("disk {} of a clone that failed could not be deleted: {}", path, LibvirtError.lastOfThread());
            }
            free(volume);
        }
        made.clear();
    }

    private Disk copy(Disk original, String name) {
        StorageVolPointer source = Libvirt.INSTANCE.virStorageVolLookupByPath(pointer, original.path());
        StoragePoolPointer pool = null;
        try {
            if (source == null) {
                if (original.isDevice()) {
                    throw new NativeException(new LibvirtError(
                            LibvirtError.NO_STORAGE_VOL,
                            "block device " + original.path() + " is in no storage pool, so that it cannot be copied"));
                }
                pool = folders.pool(StorageFolders.folder(original.path()));
                check(Libvirt.INSTANCE.virStoragePoolRefresh(pool, 0));
                source = present(Libvirt.INSTANCE.virStorageVolLookupByPath(pointer, original.path()));
            } else {
                pool = poolOf(source);
            }
            return create(pool, source, original, name);
        } finally {
            free(source);
            if (pool != null) {
                Libvirt.INSTANCE.virStoragePoolFree(pool);
            }
        }
    }

    private Disk create(StoragePoolPointer pool, StorageVolPointer source, Disk original, String name) {
        virStorageVolInfo info = new virStorageVolInfo();
        check(Libvirt.INSTANCE.virStorageVolGetInfo(source, info));
        boolean isFile = info.type == 0;
        String xml = volumeXml(name, info.capacity, isFile ? original : null);
        StorageVolPointer copy = present(
                isFile
                        ? Libvirt.INSTANCE.virStorageVolCreateXML(pool, xml, 0)
                        : Libvirt.INSTANCE.virStorageVolCreateXMLFrom(pool, xml, source, 0));
        try {
            String path = present(Libvirt.INSTANCE.virStorageVolGetPath(copy)).toString();
            made.add(path);
            return new Disk(path, isFile ? "qcow2" : original.format(), original.isDevice() && !isFile);
        } finally {
            free(copy);
        }
    }

    private static String volumeXml(String name, long capacity, @Nullable Disk backing) {
        Element volume = SecureXml.newDocument("", "volume");
        append(volume, "name", name);
        append(volume, "capacity", Long.toString(capacity));
        append(volume, "allocation", "0");
        if (backing != null) {
            append(append(volume, "target", ""), "format", "").setAttribute("type", "qcow2");
            Element store = append(volume, "backingStore", "");
            append(store, "path", backing.path());
            append(store, "format", "").setAttribute("type", backing.format());
        }
        return SecureXml.write(volume);
    }

    private static String copyXml(String name, long capacity, String format) {
        Element volume = SecureXml.newDocument("", "volume");
        append(volume, "name", name);
        append(volume, "capacity", Long.toString(capacity));
        append(append(volume, "target", ""), "format", "").setAttribute("type", format);
        return SecureXml.write(volume);
    }

    private static Element append(Element parent, String name, String text) {
        Element child = parent.getOwnerDocument().createElement(name);
        child.setTextContent(text);
        parent.appendChild(child);
        return child;
    }

    private static void check(int result) {
        NativeConnection.check(result);
    }

    private static <T> T present(@Nullable T result) {
        if (result == null) {
            throw new NativeException(LibvirtError.lastOfThread());
        }
        return result;
    }

    private static void free(@Nullable StorageVolPointer volume) {
        if (volume != null) {
            Libvirt.INSTANCE.virStorageVolFree(volume);
        }
    }
}
