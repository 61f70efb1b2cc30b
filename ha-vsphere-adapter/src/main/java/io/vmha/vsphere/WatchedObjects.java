package io.vmha.vsphere;

import io.vmha.vsphere.internal.vim.ManagedObject;
import io.vmha.vsphere.internal.vim.MoRef;
import io.vmha.vsphere.internal.vim.ObjectUpdate;
import io.vmha.vsphere.internal.vim.TransportException;
import io.vmha.vsphere.internal.vim.XmlNode;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The server's objects as its updates tell them. Confined to the thread that watches. */
final class WatchedObjects {
    private final int most;
    private final Map<MoRef, ManagedObject> objects = new HashMap<>();

    WatchedObjects(int most) {
        this.most = most;
    }

    void clear() {
        objects.clear();
    }

    void put(ManagedObject object) {
        objects.put(object.ref(), object);
    }

    Collection<ManagedObject> all() {
        return objects.values();
    }

    Optional<ManagedObject> find(MoRef ref) {
        return Optional.ofNullable(objects.get(ref));
    }

    /**
     * Takes what changed about one object.
     *
     * @throws TransportException if there would be more objects than any server has
     */
    void merge(ObjectUpdate update) {
        if (update.gone()) {
            objects.remove(update.ref());
            return;
        }
        ManagedObject old = objects.get(update.ref());
        if (old == null && objects.size() >= most) {
            throw new TransportException(
                    TransportException.Kind.LOST, "the server tells of more than " + most + " objects", null);
        }
        Map<String, XmlNode> properties = old == null ? new HashMap<>() : new HashMap<>(old.properties());
        properties.putAll(update.assigned());
        properties.keySet().removeAll(update.removed());
        objects.put(update.ref(), new ManagedObject(update.ref(), properties));
    }
}
