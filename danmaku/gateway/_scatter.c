/* The inner loop of fan-out: one frame to many sockets, without the interpreter's lock.
 *
 * scatter(descriptors: list[int], frame: bytes) -> list[tuple[int, int]]
 *
 * Tries one send for each descriptor and gives back, by index, those that did not take the whole
 * frame, and how many bytes they took. Errors are told as zero bytes taken: whoever owns the
 * socket meets the same error when it writes the rest, and knows what to do about it.
 *
 * While it runs, other threads do: the writer of the record commits beside a fan-out. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <sys/socket.h>

typedef struct {
    Py_ssize_t index;
    Py_ssize_t taken;
} Shortfall;

static Py_ssize_t send_once(int descriptor, const char *frame, size_t length)
{
    ssize_t taken;
    do
        taken = send(descriptor, frame, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (taken < 0 && errno == EINTR);
    return taken < 0 ? 0 : taken;
}

static Py_ssize_t send_all(const int *descriptors, Py_ssize_t count, const char *frame,
                           Py_ssize_t length, Shortfall *shortfalls)
{
    Py_ssize_t short_count = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_ssize_t taken = send_once(descriptors[i], frame, (size_t)length);
        if (taken != length)
            shortfalls[short_count++] = (Shortfall){i, taken};
    }
    return short_count;
}

static int read_descriptors(PyObject *list, int *descriptors, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        long descriptor = PyLong_AsLong(PyList_GET_ITEM(list, i));
        if (descriptor == -1 && PyErr_Occurred())
            return -1;
        descriptors[i] = (int)descriptor;
    }
    return 0;
}

static PyObject *list_of(const Shortfall *shortfalls, Py_ssize_t count)
{
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        PyObject *pair = Py_BuildValue("(nn)", shortfalls[i].index, shortfalls[i].taken);
        if (!pair)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, pair);
    }
    return list;
}

static PyObject *scatter(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *list, *result = NULL;
    const char *frame;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(args, "O!y#:scatter", &PyList_Type, &list, &frame, &length))
        return NULL;
    Py_ssize_t count = PyList_GET_SIZE(list), short_count;
    int *descriptors = PyMem_New(int, count + 1);
    Shortfall *shortfalls = PyMem_New(Shortfall, count + 1);
    if (!descriptors || !shortfalls)
        PyErr_NoMemory();
    else if (read_descriptors(list, descriptors, count) == 0) {
        Py_BEGIN_ALLOW_THREADS
        short_count = send_all(descriptors, count, frame, length, shortfalls);
        Py_END_ALLOW_THREADS
        result = list_of(shortfalls, short_count);
    }
    PyMem_Free(descriptors);
    PyMem_Free(shortfalls);
    return result;
}

static PyMethodDef methods[] = {
    {"scatter", scatter, METH_VARARGS, "Send one frame to many sockets; those that fell short."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_scatter", NULL, 0, methods, NULL,
                                    NULL,                  NULL,       NULL};

PyMODINIT_FUNC PyInit__scatter(void)
{
    return PyModule_Create(&module);
}
