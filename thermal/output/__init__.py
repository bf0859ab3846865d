"""The record of a run and everything shown of it: files on disk, indices, pictures, report.

record.py writes and reads a result folder; report/ turns a folder into one page. h5py is imported in this folder
only, and only when a record is written or read. README.md beside this file lists what a result folder holds.
"""
