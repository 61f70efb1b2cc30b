package io.vmha.vsphere.internal.vim;

import java.util.Map;
import java.util.Set;

/**
 * What changed about one object.
 *
 * @param ref which
 * @param gone whether it left the view or was deleted
 * @param assigned the new values by path
 * @param removed the paths that are not set any more
 */
public record ObjectUpdate(MoRef ref, boolean gone, Map<String, XmlNode> assigned, Set<String> removed) {}
